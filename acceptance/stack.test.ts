import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { runProgram } from './test-support/run-program.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
/** Starts its own Redis and S3, as on a machine without configured servers. */
const selfContained = { REDIS_URL: '', S3_ENDPOINT: '' };
const withoutWorkers = { WORKERS: '0' };
/** The environment of a program that gets none of ours. */
const bare = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
const pidsOf = ({ pids }: Pick<RunningStack, 'pids'>) => Object.values(pids).flat() as number[];

test('a stack starts its own Redis and S3, receives bucket events, restarts what exits, and shuts down in order on Ctrl-C', async () => {
  const stack = await startStack({
    ...selfContained,
    EDGES: '1',
    UPLOAD_CHECK_DELAY_MS: '600000',
    QUEUE_PREFIX: 'own',
  });
  const pids = pidsOf(stack);
  expect(pids).toHaveLength(6);
  expect(pids.every(alive)).toBe(true);

  const killed = [stack.pids.api, stack.pids.workers[0] ?? 0];
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  const now = await vi.waitFor(async () => {
    const file = JSON.parse(await readFile(join(stack.dir, 'stack.json'), 'utf8')) as typeof stack;
    expect([file.pids.api, ...file.pids.workers].some((pid) => killed.includes(pid))).toBe(false);
    return file;
  });
  expect(stack.printed()).toContain('worker-1 exited with SIGKILL. It restarts in 0.25 s.');

  const seller = createSeller(stack);
  const bytes = await longPhoto();
  const ticket = await seller.ticket({ bytes, category: 'product' });
  await seller.put(ticket, bytes);
  expect((await seller.ended(ticket.imageId)).status).toBe('ready');

  const env = { ...bare, IMAGEMILL_DIR: stack.dir, QUEUE_PREFIX: 'own' };
  const doctor = await runProgram(['apps/cli/imagemill.mjs', 'doctor', '--json'], env);
  const findings = doctor.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(findings.filter(({ result }) => !['ok', undefined].includes(result)).map(({ check }) => check)).toEqual([
    'webhooks',
  ]);
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'bucket events', message: expect.stringContaining('an event reached the API') }),
  );
  expect(doctor.code).toBe(0);
  expect(await stack.stop('SIGINT')).toBe(0);
  expect([...pids, ...pidsOf(now)].filter(alive)).toEqual([]);
});

test('no process of a stack outlives it, even if it is killed', async () => {
  const stack = await startStack(selfContained);
  const pids = pidsOf(stack);
  process.kill(stack.pids.stack, 'SIGKILL');
  await vi.waitUntil(() => !pids.some(alive));
  await stack.stop();
});

test('a stack exits with code 1 if Redis exits, and leaves no process and no state file', async () => {
  const stack = await startStack({ ...selfContained, ...withoutWorkers });
  const pids = pidsOf(stack);
  process.kill((stack.pids as typeof stack.pids & { redis: number }).redis, 'SIGKILL');
  await vi.waitUntil(() => !alive(stack.pids.stack));
  expect(stack.printed()).toContain('Redis exited unexpectedly (SIGKILL).');
  expect(pids.filter(alive)).toEqual([]);
  await expect(access(join(stack.dir, 'stack.json'))).rejects.toThrow('ENOENT');
  expect(await stack.stop()).toBe(1);
});

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
  await vi.waitUntil(() => !pids.some(alive));
  await writeFile(join(dir, 'dev-keys.json'), '{');
  await expect(start()).rejects.toThrow(/dev-keys\.json can't be read\. Delete it/);
  await rm(otherName);
  await rm(dir, { recursive: true });
});

test.each(['apps/api/src/main.ts', 'apps/worker/src/main.ts', 'apps/api/src/setup.ts'])(
  '%s lists every invalid variable at once, without values, and exits with 1',
  async (program) => {
    const bad = { S3_ENDPOINT: 'not a url 123', CDN_BUCKET: 'not a bucket 123' };
    const { code, stderr } = await runProgram([program], { ...bare, ...bad });
    expect(code).toBe(1);
    for (const name of ['S3_ENDPOINT: must be', 'CDN_BUCKET: must be']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('123');
    expect(stderr).not.toContain('    at ');
  },
);

test('rejects an access key without its secret', async () => {
  const env = { ...bare, S3_ENDPOINT: 'http://s3.test', S3_ACCESS_KEY_ID: 'key' };
  const { code, stderr } = await runProgram(['apps/api/src/setup.ts'], env);
  expect([code, stderr]).toEqual([1, expect.stringContaining('S3_SECRET_ACCESS_KEY is not set')]);
});

test.each(['apps/api/src/main.ts', 'apps/worker/src/main.ts'])(
  '%s does not start with missing buckets, and lists them',
  async (program) => {
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
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot start:\n {2}bucket not-there-1: .*\n {2}bucket not-there-2: /);
  },
);
