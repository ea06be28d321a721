import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { parseEnv } from '@imagemill/service';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { doctorEnv } from '../apps/api/src/doctor/env.ts';
import { apiEnv, setupEnv } from '../apps/api/src/env.ts';
import { edgeEnv } from '../apps/edge/src/env.ts';
import { workerEnv } from '../apps/worker/src/env.ts';
import { redisContainer, s3Container } from '../packages/local-stack/src/test-support/images.ts';
import { type ComposeService, composeServices, durationMs, schemaErrors } from './compose/compose-file.ts';
import { ownSecrets } from './test-support/own-secrets.ts';

const services = composeServices();
const service = (name: string): ComposeService => {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}.`);
  return found;
};
const environment = (name: string) => service(name).environment ?? {};

describe('docker-compose.yml', () => {
  test('is valid under the Compose Specification', () => {
    expect(schemaErrors()).toEqual([]);
  });

  test('would be invalid with an unknown key', () => {
    expect(schemaErrors({ services: { api: { image: 'x', healthchek: {} } } })).not.toEqual([]);
  });

  test('uses the same images and commands as the tests', () => {
    for (const [name, { image, command }] of Object.entries({ redis: redisContainer, s3: s3Container })) {
      expect(service(name)).toMatchObject({ image, command });
    }
    expect(Object.keys(environment('s3'))).toEqual(
      Object.keys(s3Container.environment({ accessKeyId: '', secretAccessKey: '' })),
    );
  });
});

test('the build context has everything that a Dockerfile copies from it', async () => {
  const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');
  // `**` excludes everything, and each `!` includes one path again.
  const included = (await read('.dockerignore')).split('\n').flatMap((line) => /^!(.+)/.exec(line)?.[1] ?? []);
  const dockerfiles = new Set(Object.values(services).flatMap(({ build }) => build?.dockerfile ?? []));
  expect(dockerfiles.size).toBe(3);
  for (const dockerfile of dockerfiles) {
    const copied = [...(await read(dockerfile)).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect(copied.length).toBeGreaterThan(3);
    expect(
      copied.filter((path) => !included.includes(path)),
      dockerfile,
    ).toEqual([]);
  }
});

const apps: Record<string, z.ZodObject> = { api: apiEnv, worker: workerEnv, edge: edgeEnv, setup: setupEnv };

describe.each(Object.entries(apps))('the environment of %s', (name, schema) => {
  test('has exactly the variables of the app', () => {
    expect(Object.keys(environment(name)).toSorted()).toEqual(Object.keys(schema.shape).toSorted());
  });

  test('passes on every variable from the environment or an .env file', () => {
    const set = Object.fromEntries(Object.keys(schema.shape).map((variable) => [variable, `value of ${variable}`]));
    expect(composeServices(set)[name]?.environment).toEqual(set);
  });

  test('has valid values for all required variables', () => {
    expect(() => parseEnv(schema, environment(name))).not.toThrow();
  });

  test("has the S3 server's keys and region", () => {
    const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION } = environment(name);
    expect(environment('s3')).toEqual({
      ROOT_ACCESS_KEY: S3_ACCESS_KEY_ID,
      ROOT_SECRET_KEY: S3_SECRET_ACCESS_KEY,
      VGW_REGION: S3_REGION,
    });
  });
});

test('the doctor has the variables of the API and its own, and starts only when it is asked for', () => {
  const { shape } = doctorEnv;
  expect(Object.keys(environment('doctor')).toSorted()).toEqual(
    [...Object.keys(apiEnv.shape), ...Object.keys(shape)].toSorted(),
  );
  expect(service('doctor')).toMatchObject({ profiles: ['doctor'] });
});

test.each(['setup', 'doctor', 'api', 'worker', 'edge', 'cache', 'purge'])(
  '%s has a read-only file system, and cannot gain privileges',
  (name) => {
    expect(service(name)).toMatchObject({
      read_only: true,
      init: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  },
);

test.each(['redis', 's3', 'api', 'worker', 'edge', 'cache', 'purge'])(
  '%s restarts after a crash, and has a health check',
  (name) => {
    expect(service(name).restart).toBe('unless-stopped');
    expect(service(name).healthcheck?.test[0]).toBe('CMD');
  },
);

test.each([
  ['api', apiEnv],
  ['worker', workerEnv],
  ['edge', edgeEnv],
] as const)('%s has a longer stop grace period than its work in flight needs', (name, schema) => {
  const { SHUTDOWN_GRACE_MS } = parseEnv(schema, environment(name));
  expect(durationMs(service(name).stop_grace_period ?? '10s')).toBeGreaterThan(SHUTDOWN_GRACE_MS);
});

test.each(['api', 'worker', 'edge'])('%s starts after its dependencies are healthy, and stops before them', (name) => {
  expect(service(name).depends_on).toEqual({
    redis: { condition: 'service_healthy' },
    s3: { condition: 'service_healthy' },
    setup: { condition: 'service_completed_successfully' },
  });
});

test('workers send their purges to the receiver beside the cache, which accepts their signatures', () => {
  const { PURGE_WEBHOOK_URL, PURGE_WEBHOOK_SECRETS } = environment('worker');
  const { CACHE_DIR, PURGE_PORT, PURGE_WEBHOOK_SECRETS: accepted } = environment('purge');
  expect(PURGE_WEBHOOK_URL).toBe(`http://purge:${PURGE_PORT}/`);
  expect(accepted).toBe(PURGE_WEBHOOK_SECRETS);
  expect(CACHE_DIR).toBe(environment('cache').CACHE_DIR);
  expect(service('purge').volumes).toContain(
    service('cache').volumes?.find((volume) => volume.startsWith('cache-data:')),
  );
});

test('no tmpfs needs an owner, because Podman accepts none: what the cache writes beside /tmp is on volumes', () => {
  const options = Object.values(composeServices()).flatMap(({ tmpfs = [] }) => tmpfs);
  expect(new Set(options)).toEqual(new Set(['/tmp']));
  expect(service('cache').volumes).toContain('/etc/nginx/conf.d');
});

test('jobs survive a restart of Redis, and are never evicted', () => {
  const options = service('redis').command?.join(' ');
  expect(options).toContain('--appendonly yes');
  expect(options).toContain('--maxmemory-policy noeviction');
  expect(service('redis').volumes).toEqual([expect.stringMatching(/^redis-data:\/data$/)]);
});

test('objects are stored on a volume', () => {
  expect(service('s3').command?.slice(-2)).toEqual(['posix', '/data']);
  expect(service('s3').volumes).toEqual(['s3-data:/data']);
});

test.each([
  ['im_live_development_only', 'demo:upload'],
  ['im_live_development_only_admin', 'demo:admin+storage'],
])('the API accepts the development key %s from the comments', (key, grant) => {
  const hash = createHash('sha256').update(key).digest('hex');
  expect(environment('api').API_KEYS).toContain(`${grant}:${hash}`);
});

test.each(['CONSOLE_DIR', 'BOARD_SESSION_SECRET', 'FOLLOW_TOKEN_SECRET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])(
  '%s can be set to the empty string, although it has a default here',
  (variable) => {
    expect(environment('api')[variable]).not.toBe('');
    expect(composeServices({ [variable]: '' }).api?.environment).toMatchObject({ [variable]: '' });
  },
);

test("the file repeats the images' own defaults, because it overrides them", async () => {
  const dockerfile = (app: string) => readFile(new URL(`../apps/${app}/Dockerfile`, import.meta.url), 'utf8');
  const value = (text: string, variable: string) => new RegExp(`^ENV ${variable}=(.*)$`, 'm').exec(text)?.[1];
  expect(environment('api').CONSOLE_DIR).toBe(value(await dockerfile('api'), 'CONSOLE_DIR'));
});

test('configured ports are published and used by the health checks', () => {
  const { api, worker } = composeServices({ PORT: '9999', HEALTH_PORT: '8888' });
  expect(api?.ports).toEqual(['127.0.0.1:9999:9999']);
  expect(api?.healthcheck?.test.at(-1)).toMatch(/\$\{process\.env\.PORT\}\/readyz/);
  expect(worker?.healthcheck?.test.at(-1)).toMatch(/\$\{process\.env\.HEALTH_PORT\}\/healthz/);
});

test.each(['api', 'worker', 'edge'])('%s can read the files that its variables refer to', async (name) => {
  const [folder = '', target] = service(name).volumes?.[0]?.split(':') ?? [];
  expect(target).toBe('/config');
  await expect(access(new URL(`../${folder}`, import.meta.url))).resolves.toBeUndefined();
});

test('every image has an exact version', () => {
  for (const name of ['redis', 's3', 'cache']) expect(service(name).image).toMatch(/:v?\d+\.\d+\.\d+$/);
});

describe('development secrets', () => {
  const parseApi = (set: Record<string, string>) => parseEnv(apiEnv, composeServices(set).api?.environment ?? {});

  test.each([
    { PUBLISHED_ADDRESS: '0.0.0.0' },
    { PUBLISHED_ADDRESS: '192.0.2.1' },
    { API_BASE_URL: 'https://images.example.com' },
    { S3_PUBLIC_ENDPOINT: 'https://s3.example.com' },
  ])('are refused by name on an address that is not loopback: %j', (open) => {
    for (const name of Object.keys(ownSecrets)) {
      const others = Object.entries({ ...ownSecrets, ...open }).filter(([variable]) => variable !== name);
      expect(() => parseApi(Object.fromEntries(others))).toThrow(`${name}: has a public development secret`);
    }
    expect(() => parseApi({ ...ownSecrets, ...open })).not.toThrow();
  });

  test('stop everything else from starting', () => {
    expect(service('check').environment).toEqual(service('api').environment);
    expect(service('s3').depends_on).toEqual({ check: { condition: 'service_completed_successfully' } });
  });

  test('are reachable on loopback only: every port is published there', () => {
    const ports = Object.values(services).flatMap(({ ports }) => ports ?? []);
    expect(ports).toEqual(
      ['7070:7070', '8080:8080', '8090:8090', '9095:9090', '3000:3000'].map((port) => `127.0.0.1:${port}`),
    );
  });
});

describe('the cache', () => {
  const template = readFile(new URL('../deploy/edge/nginx/imagemill.conf.template', import.meta.url), 'utf8');

  test('sets every variable of its template, and no other', async () => {
    const used = [...(await template).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(environment('cache')).toSorted()).toEqual([...new Set(used)].toSorted());
  });

  test('connects to the bucket and the edge, wherever they are', () => {
    expect(environment('cache')).toMatchObject({
      BUCKET_ORIGIN: 'http://s3:7070/imagemill-cdn',
      EDGE_ORIGIN: `http://edge:${environment('edge').EDGE_PORT}`,
    });
    const set = { S3_ENDPOINT: 'https://s3.example.com', CDN_BUCKET: 'other', EDGE_PORT: '9999' };
    expect(composeServices(set).cache?.environment).toMatchObject({
      BUCKET_ORIGIN: 'https://s3.example.com/other',
      EDGE_ORIGIN: 'http://edge:9999',
    });
  });

  test('is where the URLs of renditions lead', () => {
    for (const name of ['api', 'worker', 'edge']) expect(environment(name).CDN_BASE_URL).toBe('http://localhost:8090');
    expect(service('cache').ports).toEqual([`127.0.0.1:8090:${environment('cache').CACHE_PORT}`]);
    expect(service('edge').ports).toBeUndefined();
  });
});

test('several workers can run on one host: they publish no port', () => {
  expect(service('worker').ports).toBeUndefined();
});
