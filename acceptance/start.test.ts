import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';

let dir: string;
let firstPrinted: string;
/** The status of the image that the recipe of the first start uploads. */
let statusOfRecipe: string;
/** The second start: without workers, since it has nothing to render. */
let stack: RunningStack;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-start-'));
  const names = { QUEUE_PREFIX: 'start', ORIGINALS_BUCKET: 'start-originals', CDN_BUCKET: 'start-cdn' };
  const own = { REDIS_URL: '', S3_ENDPOINT: '', IMAGEMILL_DIR: dir, ...names };
  const start = (env: Record<string, string> = {}) =>
    startStack({ ...own, ...env }, [process.execPath, 'apps/cli/imagemill.mjs', 'start']);
  const first = await start();
  firstPrinted = first.printed();
  statusOfRecipe = await followRecipe(first);
  await first.stop();
  stack = await start({ WORKERS: '0' });
});
afterAll(async () => {
  await stack.stop();
  await rm(dir, { recursive: true });
});

const tableRow = /^(thumb|small|medium|large|retina|og|round-\w+) +(avif|webp|jpeg|png) .* % +http\S+$/gm;

test('start shows every rendition of both sample photographs, with its duration', () => {
  expect(firstPrinted.match(/^examples\/photos\/\S+ \(.*\): ready \d+\.\d s after its upload$/gm)).toHaveLength(2);
  expect(firstPrinted.match(tableRow)).toHaveLength(12 + 13);
});

test('a later start shows the same renditions without uploading again', () => {
  const printed = stack.printed();
  expect(printed).not.toContain('Uploading');
  expect(printed.match(/^examples\/photos\/\S+ \(.*\): uploaded before$/gm)).toHaveLength(2);
  const paths = (text: string) => text.match(tableRow)?.map((row) => new URL(row.split(/ +/).at(-1) ?? '').pathname);
  expect(paths(printed)).toEqual(paths(firstPrinted));
});

test("start prints the URL of the API's documentation", async () => {
  const docs = /http\S+\/docs/.exec(stack.printed())?.[0] ?? '';
  const page = await fetch(docs);
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
  });
  const { servers } = await (await fetch(docs.replace(/docs$/, 'openapi.json'))).json();
  expect(servers).toEqual([{ url: stack.apiUrl }]);
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

test('the recipe that start prints uploads an image with curl', () => {
  expect(statusOfRecipe).toBe('ready');
});
