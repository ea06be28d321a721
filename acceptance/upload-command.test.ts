import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './support/run-program.ts';
import { type RunningStack, startStack } from './support/running-stack.ts';

let stack: RunningStack;
let dir: string;
beforeAll(async () => {
  stack = await startStack();
  dir = await mkdtemp(join(tmpdir(), 'imagemill-upload-'));
});
afterAll(async () => {
  await stack.stop();
  await rm(dir, { recursive: true });
});

const imagemill = (...args: string[]) =>
  runProgram(['apps/cli/imagemill.mjs', ...args], { ...process.env, IMAGEMILL_DIR: stack.dir });

test('finds the running stack, and ends with a table of every rendition', async () => {
  const { code, stdout } = await imagemill('upload', 'examples/photos/avatar.jpg', '--category', 'avatar');
  expect(code).toBe(0);
  expect(stdout).toMatch(/ready \d+\.\d s after its upload/);
  expect(stdout).toMatch(/variant +format +pixels +bytes +share +url/);
  expect(stdout.match(/^(small|medium|large|round-\w+) .*%.*http\S+$/gm)).toHaveLength(13);
});

test('says in words why a file was rejected, shows the others all the same, and exits 1', async () => {
  const broken = join(dir, 'broken.jpg');
  await writeFile(broken, 'this is no picture');
  const { code, stdout } = await imagemill('upload', broken, 'examples/photos/product.jpg', join(dir, 'nowhere.jpg'));
  expect(code).toBe(1);
  expect(stdout).toContain('rejected, unsupported-format: This file is not');
  expect(stdout).toContain('nowhere.jpg: there is no such file');
  expect(stdout.match(/^(thumb|og) .*%/gm)).toHaveLength(3);
});

test('passes on what the API refuses', async () => {
  const { code, stdout } = await imagemill('upload', 'examples/photos/product.jpg', '--category', 'banner');
  expect(code).toBe(1);
  expect(stdout).toContain('unknown-category: category: must be one of product, avatar');
});

test.each([
  ['no files', ['upload']],
  ['an unknown option', ['upload', 'a.jpg', '--colour', 'red']],
  ['an unknown command', ['uplaod', 'a.jpg']],
])('exits 2 for %s', async (_what, args) => {
  expect((await imagemill(...args)).code).toBe(2);
});

test('explains itself', async () => {
  const { code, stdout } = await imagemill('--help');
  expect(code).toBe(0);
  for (const word of ['start', 'stack', 'upload', 'create-key', 'Exit codes']) expect(stdout).toContain(word);
  expect((await imagemill('upload', '--help')).stdout).toContain('--category');
});

test('makes an API key, and the entry with its hash that lets it in', async () => {
  const { stdout } = await imagemill('create-key', '--tenant', 'acme', '--scopes', 'upload,admin');
  const [, key = '', hash] =
    /^key +(im_live_[\w-]{43})\nAPI_KEYS +acme:upload\+admin:([0-9a-f]{64})\n$/.exec(stdout) ?? [];
  expect(hash).toBe(createHash('sha256').update(key).digest('hex'));
});
