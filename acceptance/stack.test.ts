import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseEnv } from '@imagemill/service/environment';
import { expect, inject, test, vi } from 'vitest';
import { apiEnv, setupEnv } from '../apps/api/src/env.ts';
import { edgeEnv } from '../apps/edge/src/env.ts';
import { reconcileEnv, workerEnv } from '../apps/worker/src/env.ts';
import { isAlive, pidsOf } from './test-support/pids.ts';
import { runProgram } from './test-support/run-program.ts';
import { startStack } from './test-support/running-stack.ts';

const withoutWorkers = { WORKERS: '0' };
/** The environment of a program that gets none of ours. */
const bare = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };

test.each([
  ['S3 server', (port: number) => ({ S3_ENDPOINT: `http://127.0.0.1:${port}` })],
  ['Redis', (port: number) => ({ REDIS_URL: `redis://127.0.0.1:${port}` })],
])('Ctrl-C ends a stack that is waiting for a silent %s at once, with exit code 0', async (_what, env) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { redisUrl, s3 } = inject('servers');
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-silent-'));
  const child = spawn(process.execPath, ['apps/cli/imagemill.mjs', 'start'], {
    // A terminal's Ctrl-C signals the whole process group.
    detached: true,
    env: {
      ...process.env,
      IMAGEMILL_DIR: dir,
      API_PORT: '0',
      EDGE_PORT: '0',
      EDGES: '0',
      ...withoutWorkers,
      REDIS_URL: redisUrl,
      S3_ENDPOINT: s3.endpoint,
      S3_REGION: s3.region,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      ...env((silent.address() as AddressInfo).port),
    },
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  await once(silent, 'connection');
  process.kill(-(child.pid ?? 0), 'SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const [stdout, stderr] = await output;
  expect(stdout).toMatch(/\nReceived SIGINT\. Stopping\.\n$/);
  expect(stderr).toBe('');
  silent.close();
  await rm(dir, { recursive: true });
});

test('doctor exits with 1 for a deployment with problems, and with 2 for wrong usage', async () => {
  const { code, stdout } = await runProgram(['apps/api/src/doctor.ts'], bare);
  expect(stdout).toMatch(/^problem settings +CDN_BASE_URL is not set\n +fix: .*docs\/configuration\.md\.$/m);
  expect(stdout).toMatch(/\nProblems found: \d+ ok, .*\.\n$/);
  expect(code).toBe(1);
  expect((await runProgram(['apps/api/src/doctor.ts', '--jsonn'], bare)).code).toBe(2);
});

test('reports the message of a process that fails to start, once and without a stack trace', async () => {
  await expect(startStack({ ...withoutWorkers, VARIANT_SETS_FILE: '/nowhere.json' })).rejects.toThrow(
    /\napi did not start: it ended with code 1\.\n {2}\/nowhere\.json is not valid:\n {4}ENOENT.*\n$/,
  );
});

test('reports a port that is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await expect(startStack({ API_PORT: String(port) })).rejects.toThrow(
    `Port ${port} is in use by another program. Set API_PORT`,
  );
  taken.close();
});

test('only one of several stacks starts in the same folder, and ends if the package manager that started it is killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-two-'));
  // The truncated file of a killed stack.
  await writeFile(join(dir, 'stack.json'), '{"apiUrl":');
  const asPnpmDoes: [string, ...string[]] = ['sh', '-c', 'node apps/cli/imagemill.mjs stack; exit $?'];
  const start = () => startStack({ ...withoutWorkers, IMAGEMILL_DIR: dir }, asPnpmDoes);
  const starts = await Promise.allSettled([start(), start()]);
  const [up] = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const [refused] = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
  expect(refused).toContain('is already running here');

  const otherName = `${dir}-link`;
  await symlink(dir, otherName);
  await expect(startStack({ IMAGEMILL_DIR: otherName })).rejects.toThrow(
    `is already running here: ${up?.apiUrl} (${otherName}). Stop it first, or set IMAGEMILL_DIR to another folder.`,
  );
  expect((await fetch(`${up?.apiUrl}/readyz`)).status).toBe(200);
  const pids = up ? pidsOf(up) : [];
  await up?.stop('SIGKILL');
  await vi.waitUntil(() => !pids.some(isAlive));
  await writeFile(join(dir, 'dev-keys.json'), '{');
  await expect(start()).rejects.toThrow(/dev-keys\.json can't be read\. Delete it/);
  await rm(otherName);
  await rm(dir, { recursive: true });
});

const invalid = { S3_ENDPOINT: 'not a url 123', CDN_BUCKET: 'not a bucket 123', S3_ACCESS_KEY_ID: 'key' };
const problemsOfInvalid = ['S3_ENDPOINT: must be', 'CDN_BUCKET: must be'];

test('a program lists every invalid variable at once, without values, and exits with 1', async () => {
  const { code, stderr } = await runProgram(['apps/api/src/setup.ts'], { ...bare, ...invalid });
  expect(code).toBe(1);
  for (const problem of problemsOfInvalid) expect(stderr).toContain(problem);
  expect(stderr).not.toContain('123');
  expect(stderr).not.toContain('    at ');
});

test.each(Object.entries({ apiEnv, setupEnv, workerEnv, reconcileEnv, edgeEnv }))(
  '%s reports every invalid variable at once, and an access key without its secret',
  (_name, schema) => {
    const failure = (env: Record<string, string>) => {
      try {
        return String(parseEnv(schema, env));
      } catch (error) {
        return String(error);
      }
    };
    for (const problem of problemsOfInvalid) expect(failure(invalid)).toContain(problem);
    expect(failure(invalid)).not.toContain('123');
    const valid = { S3_ENDPOINT: 'http://s3.test', REDIS_URL: 'redis://redis.test', CDN_BASE_URL: 'http://cdn.test' };
    expect(failure({ ...valid, S3_ACCESS_KEY_ID: 'key' })).toContain('S3_SECRET_ACCESS_KEY is not set');
  },
);

const missingQueue = {
  UPLOAD_EVENTS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/uploads',
  UPLOAD_EVENTS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

test.each([
  ['apps/api/src/main.ts', missingQueue, / {2}upload events queue: .*ECONNREFUSED/],
  ['apps/worker/src/main.ts', {}, /imagemill cannot start:/],
])(
  '%s does not start with missing buckets or a missing queue, and lists all of them',
  async (program, more, problem) => {
    const { redisUrl, s3 } = inject('servers');
    const { code, stderr } = await runProgram([program], {
      ...bare,
      API_KEYS: `demo:upload:${'0'.repeat(64)}`,
      PORT: '0',
      REDIS_URL: redisUrl,
      S3_ENDPOINT: s3.endpoint,
      S3_REGION: s3.region,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      ORIGINALS_BUCKET: 'not-there-1',
      CDN_BUCKET: 'not-there-2',
      CDN_BASE_URL: 'http://cdn.test',
      ...more,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot start:\n {2}bucket not-there-1: .*\n {2}bucket not-there-2: /);
    expect(stderr).toMatch(problem);
  },
);
