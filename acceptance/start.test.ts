import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';

const photo = fileURLToPath(new URL('../examples/photos/product.jpg', import.meta.url));

let stack: RunningStack;
beforeAll(async () => {
  const own = { REDIS_URL: '', S3_ENDPOINT: '' };
  stack = await startStack(own, [process.execPath, 'apps/cli/imagemill.mjs', 'start']);
});
afterAll(() => stack.stop());

test('start shows every rendition of both sample photographs, and how long each took', () => {
  const printed = stack.printed();
  expect(printed.match(/^examples\/photos\/\S+ \(.*\): ready \d+\.\d s after its upload$/gm)).toHaveLength(2);
  expect(
    printed.match(/^(thumb|small|medium|large|retina|og|round-\w+) +(avif|webp|jpeg|png) .* % +http\S+$/gm),
  ).toHaveLength(12 + 13);
});

test('start says where the API is documented', async () => {
  const docs = /http\S+\/docs/.exec(stack.printed())?.[0] ?? '';
  const page = await fetch(docs);
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
  });
  const { servers } = await (await fetch(docs.replace(/docs$/, 'openapi.json'))).json();
  expect(servers).toEqual([{ url: stack.apiUrl }]);
});

test('the recipe that start prints uploads a picture with nothing but curl', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-recipe-'));
  await copyFile(photo, join(dir, 'photo.jpg'));
  const recipe = stack.printed().match(/^ {2}API=[\s\S]*?\n\n/m)?.[0] ?? '';
  const { stdout } = await promisify(execFile)('sh', ['-c', recipe], { cwd: dir, timeout: 30_000 });
  const imageId = /"imageId":"([^"]+)"/.exec(stdout)?.[1] ?? '';
  expect((await createSeller(stack).ended(imageId)).status).toBe('ready');
  await rm(dir, { recursive: true });
});
