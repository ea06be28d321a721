import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { isAlive, pidsOf } from './test-support/pids.ts';
import { runProgram } from './test-support/run-program.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';

let dir: string;
let first: RunningStack;
let second: RunningStack | undefined;
/** Every process that the first start has had so far. */
const firstPids = new Set<number>();
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-start-'));
  first = await start({ EDGES: '1', UPLOAD_CHECK_DELAY_MS: '600000' });
  for (const pid of pidsOf(first)) firstPids.add(pid);
});
afterAll(async () => {
  await Promise.all([first.stop('SIGKILL'), second?.stop('SIGKILL')]);
  await rm(dir, { recursive: true });
});

const names = { QUEUE_PREFIX: 'start', ORIGINALS_BUCKET: 'start-originals', CDN_BUCKET: 'start-cdn' };
/** Starts its own Redis and S3 server, as on a machine without configured ones. */
const start = (env: Record<string, string> = {}) =>
  startStack({ REDIS_URL: '', S3_ENDPOINT: '', IMAGEMILL_DIR: dir, ...names, ...env }, [
    process.execPath,
    ...['apps/cli/imagemill.mjs', 'start'],
  ]);

const tableRow = /^(thumb|small|medium|large|retina|og|round-\w+) +(avif|webp|jpeg|png) .* % +http\S+$/gm;

// One stack and then another in the same folder: a start costs more than all that is tested with it.
describe('two starts, one after the other', { shuffle: false }, () => {
  test('start shows every rendition of both sample photographs, with its duration', () => {
    const printed = first.printed();
    expect(printed.match(/^examples\/photos\/\S+ \(.*\): ready \d+\.\d s after its upload$/gm)).toHaveLength(2);
    expect(printed.match(tableRow)).toHaveLength(12 + 13);
    expect(firstPids.size).toBe(6);
    expect([...firstPids].every(isAlive)).toBe(true);
  });

  test('the recipe that start prints uploads an image with curl', async () => {
    expect(await followRecipe(first)).toBe('ready');
  });

  test('restarts the processes that exit, and renders an upload that only the bucket reports', async () => {
    const killed = [first.pids.api, first.pids.workers[0] ?? 0];
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => {
      const now = JSON.parse(await readFile(join(dir, 'stack.json'), 'utf8')) as typeof first;
      expect([now.pids.api, ...now.pids.workers].some((pid) => killed.includes(pid))).toBe(false);
      for (const pid of pidsOf(now)) firstPids.add(pid);
    });
    expect(first.printed()).toContain('worker-1 exited with SIGKILL. It restarts in 0.25 s.');
    expect(firstPids.size).toBe(8);

    const seller = createSeller(first);
    const bytes = await longPhoto();
    const ticket = await seller.ticket({ bytes, category: 'product' });
    await seller.put(ticket, bytes);
    expect((await seller.ended(ticket.imageId)).status).toBe('ready');
  });

  test('doctor finds no problem, and reports the event of the bucket', async () => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, IMAGEMILL_DIR: dir, QUEUE_PREFIX: names.QUEUE_PREFIX };
    const doctor = await runProgram(['apps/cli/imagemill.mjs', 'doctor', '--json'], env);
    const lines = doctor.stdout.trim().split('\n');
    const findings = lines.map((line) => JSON.parse(line) as { check: string; result?: string; message: string });
    // On a busy machine, a command for Redis takes longer than doctor likes.
    const isSlowRedis = (message: string) => message.startsWith('a command takes');
    const unexpected = findings.filter((finding) => (finding.result ?? 'ok') !== 'ok' && !isSlowRedis(finding.message));
    // Which layers are missing depends on the machine.
    const others = unexpected.filter(({ check }) => check !== 'engine layers');
    expect(others.map(({ check }) => check)).toEqual(['webhooks']);
    const active = { result: 'ok', message: expect.stringContaining('permission-model') };
    expect(findings).toContainEqual(expect.objectContaining({ check: 'engine layers', ...active }));
    const message = expect.stringContaining('an event reached the API');
    expect(findings).toContainEqual(expect.objectContaining({ check: 'bucket events', message }));
    expect(doctor.code).toBe(0);
  });

  test('no process of a stack outlives it, even if it is killed', async () => {
    process.kill(first.pids.stack, 'SIGKILL');
    await vi.waitUntil(() => ![...firstPids].some(isAlive));
  });

  test('a later start shows the same renditions without uploading again', async () => {
    second = await start();
    const printed = second.printed();
    expect(printed).not.toContain('Uploading');
    expect(printed.match(/^examples\/photos\/\S+ \(.*\): uploaded before$/gm)).toHaveLength(2);
    // The first start has an edge, the second one shows the bucket's own URLs.
    const keyOf = (url = '') => new URL(url).pathname.replace(`/${names.CDN_BUCKET}/`, '/');
    const keys = (text: string) => text.match(tableRow)?.map((row) => keyOf(row.split(/ +/).at(-1)));
    expect(keys(printed)).toEqual(keys(first.printed()));
  });

  test("start prints the URL of the API's documentation", async () => {
    const docs = /http\S+\/docs/.exec(second?.printed() ?? '')?.[0] ?? '';
    const page = await fetch(docs);
    expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
    const { servers } = await (await fetch(docs.replace(/docs$/, 'openapi.json'))).json();
    expect(servers).toEqual([{ url: second?.apiUrl }]);
  });

  test('Ctrl-C ends every process of a stack, with exit code 0', async () => {
    const pids = pidsOf(second ?? first);
    expect(pids.every(isAlive)).toBe(true);
    expect(await second?.stop('SIGINT')).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

/** Runs the printed commands in a shell. @returns the final status of their image */
async function followRecipe(running: RunningStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'imagemill-recipe-'));
  await writeFile(join(folder, 'photo.jpg'), await longPhoto());
  const recipe = running.printed().match(/^ {2}API=[\s\S]*?\n\n/m)?.[0] ?? '';
  const { stdout } = await promisify(execFile)('sh', ['-c', recipe], { cwd: folder });
  await rm(folder, { recursive: true });
  return (await createSeller(running).ended(/"imageId":"([^"]+)"/.exec(stdout)?.[1] ?? '')).status;
}
