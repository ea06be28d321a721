import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pictures, startPictures } from './test-support/pictures.ts';
import { runProgram } from './test-support/run-program.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';

let stack: RunningStack;
let pictures: Pictures;
let dir: string;
beforeAll(async () => {
  const photo = await readFile('examples/photos/avatar.jpg');
  pictures = await startPictures((path) => (path.startsWith('/photo.jpg?') ? photo : undefined));
  stack = await startStack({ IMPORT_ALLOW_PRIVATE: 'true' });
  dir = await mkdtemp(join(tmpdir(), 'imagemill-upload-'));
});
afterAll(async () => {
  await stack.stop();
  await pictures.close();
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
  const empty = join(dir, 'empty.jpg');
  await writeFile(empty, '');
  const nowhere = join(dir, 'nowhere.jpg');
  const { code, stdout } = await imagemill('upload', broken, 'examples/photos/product.jpg', nowhere, empty, dir);
  expect(code).toBe(1);
  expect(stdout).toContain('rejected, unsupported-format: This file is not');
  expect(stdout).toContain('nowhere.jpg: there is no such file');
  expect(stdout).toContain('empty.jpg: is empty');
  expect(stdout).toContain(`${dir}: is a directory`);
  expect(stdout.match(/^(thumb|og) .*%/gm)).toHaveLength(3);
});

test('tells scripts of each photograph on a line of JSON, and nothing else', async () => {
  const nowhere = join(dir, 'nowhere.jpg');
  const { code, stdout } = await imagemill('upload', '--json', 'examples/photos/avatar.jpg', nowhere, '-c', 'avatar');
  expect(code).toBe(1);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines.find(({ path }) => path === nowhere)).toEqual({ path: nowhere, error: expect.any(String) });
  expect(lines.find(({ image }) => image)).toMatchObject({
    path: 'examples/photos/avatar.jpg',
    originalBytes: expect.any(Number),
    readyMs: expect.any(Number),
    image: { status: 'ready', renditions: expect.arrayContaining([expect.objectContaining({ variant: 'small' })]) },
  });
});

test('has a URL imported, and says in words why one is not', async () => {
  const [good, gone] = [`${pictures.url}/photo.jpg?signature=secret`, `${pictures.url}/gone.jpg`];
  const { code, stdout } = await imagemill('upload', good, gone, '--category', 'avatar');
  expect(code).toBe(1);
  expect(stdout).toMatch(/photo\.jpg \(avatar, [\d.]+ kB\): ready \d+\.\d s after it was asked for/);
  expect(stdout.match(/^(small|medium|large|round-\w+) .*%.*http\S+$/gm)).toHaveLength(13);
  expect(stdout).not.toContain('secret');
  expect(stdout).toContain('gone.jpg: rejected, import-not-found: There is nothing at this URL.');
});

test('passes on what the API refuses', async () => {
  const { code, stdout } = await imagemill('upload', 'examples/photos/product.jpg', '--category', 'banner');
  expect(code).toBe(1);
  expect(stdout).toContain('unknown-category: category: must be one of product, avatar');
});

test('takes no address that is not one, and shows no key that is not one', async () => {
  const upload = (...args: string[]) => imagemill('upload', 'examples/photos/product.jpg', ...args);
  expect((await upload('--api', 'localhost:8080')).stderr).toBe('--api must be an http:// or https:// URL.\n');
  const { code, stderr } = await upload('--key', 'im_live_secret\n');
  expect([code, stderr]).toEqual([1, 'An API key holds no white space and nothing beyond ASCII.\n']);
});

test.each([
  ['no files', ['upload']],
  ['an unknown option', ['upload', 'a.jpg', '--colour', 'red']],
  ['an unknown command', ['uplaod', 'a.jpg']],
  ['a key for a name that is no tenant', ['keys', 'create', '--tenant', 'Acme Ltd']],
  ['a key for nothing', ['keys', 'create', '--tenant', 'acme', '--scopes', '']],
  ['a key for an unknown scope', ['keys', 'create', '--tenant', 'acme', '--scopes', 'upload,everything']],
  ['a key that has ended already', ['keys', 'create', '--tenant', 'acme', '--expires', '2020-01-01']],
  ['an entry of API_KEYS that ends, which none does', ['keys', 'create', '-t', 'acme', '--print-env', '-e', '90d']],
])('exits 2 for %s', async (_what, args) => {
  expect((await imagemill(...args)).code).toBe(2);
});

test('explains itself', async () => {
  const { code, stdout } = await imagemill('--help');
  expect(code).toBe(0);
  for (const word of ['start', 'stack', 'upload', 'keys', 'Exit codes']) expect(stdout).toContain(word);
  expect((await imagemill('upload', '--help')).stdout).toContain('--category');
});
