import { createHash } from 'node:crypto';
import { parseEnv } from '@imagemill/service';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { apiEnv, setupEnv } from '../apps/api/src/env.ts';
import { workerEnv } from '../apps/worker/src/env.ts';
import { redisContainer, s3Container } from '../packages/local-stack/src/test-support/images.ts';
import { type ComposeService, composeServices, durationMs, schemaErrors } from './compose/compose-file.ts';

const services = composeServices();
const service = (name: string): ComposeService => {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}.`);
  return found;
};
const environment = (name: string) => service(name).environment ?? {};

describe('docker-compose.yml', () => {
  test('is what the Compose Specification allows', () => {
    expect(schemaErrors()).toEqual([]);
  });

  test('is held to it: an unknown key would not pass', () => {
    expect(schemaErrors({ services: { api: { image: 'x', healthchek: {} } } })).not.toEqual([]);
  });

  test('runs the images and commands that the tests run on', () => {
    for (const [name, { image, command }] of Object.entries({ redis: redisContainer, s3: s3Container })) {
      expect(service(name)).toMatchObject({ image, command });
    }
    expect(Object.keys(environment('s3'))).toEqual(
      Object.keys(s3Container.environment({ accessKeyId: '', secretAccessKey: '' })),
    );
  });
});

const apps: Record<string, z.ZodObject> = { api: apiEnv, worker: workerEnv, setup: setupEnv };

describe.each(Object.entries(apps))('the environment of %s', (name, schema) => {
  test('sets nothing that the app does not read', () => {
    expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(Object.keys(environment(name))));
  });

  test('has all that the app needs, in values that it takes', () => {
    expect(() => parseEnv(schema, environment(name))).not.toThrow();
  });

  test('has the keys that the S3 server was given', () => {
    const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = environment(name);
    expect(environment('s3')).toEqual({ ROOT_ACCESS_KEY: S3_ACCESS_KEY_ID, ROOT_SECRET_KEY: S3_SECRET_ACCESS_KEY });
  });
});

test.each(['setup', 'api', 'worker'])('%s cannot write to its image, nor gain a right', (name) => {
  expect(service(name)).toMatchObject({
    read_only: true,
    init: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
});

test.each(['redis', 's3', 'api', 'worker'])('%s comes back after a crash, and says when it is healthy', (name) => {
  expect(service(name).restart).toBe('unless-stopped');
  expect(service(name).healthcheck?.test[0]).toBe('CMD');
});

test.each([
  ['api', apiEnv],
  ['worker', workerEnv],
] as const)('%s is given longer to stop than it takes to end its work in hand', (name, schema) => {
  const { SHUTDOWN_GRACE_MS } = parseEnv(schema, environment(name));
  expect(durationMs(service(name).stop_grace_period ?? '10s')).toBeGreaterThan(SHUTDOWN_GRACE_MS);
});

test.each(['api', 'worker'])('%s starts after all that it needs is healthy, and stops before it', (name) => {
  expect(service(name).depends_on).toEqual({
    redis: { condition: 'service_healthy' },
    s3: { condition: 'service_healthy' },
    setup: { condition: 'service_completed_successfully' },
  });
});

test('a job outlives a restart of Redis, and memory pressure never drops one', () => {
  const options = service('redis').command?.join(' ');
  expect(options).toContain('--appendonly yes');
  expect(options).toContain('--maxmemory-policy noeviction');
  expect(service('redis').volumes).toEqual([expect.stringMatching(/^redis-data:\/data$/)]);
});

test('objects are kept on a volume', () => {
  expect(service('s3').command?.slice(-2)).toEqual(['posix', '/data']);
  expect(service('s3').volumes).toEqual(['s3-data:/data']);
});

test.each([
  ['im_live_development_only', 'demo:upload'],
  ['im_live_development_only_admin', 'demo:admin+storage'],
])('the development key %s of the comments is one of the API', (key, grant) => {
  const hash = createHash('sha256').update(key).digest('hex');
  expect(environment('api').API_KEYS).toContain(`${grant}:${hash}`);
});

test('any number of workers fits on one host: none publishes a port', () => {
  expect(service('worker').ports).toBeUndefined();
});
