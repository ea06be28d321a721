import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { type Pictures, startPictures } from './test-support/pictures.ts';
import { runCommand } from './test-support/run-command.ts';
import { runProgram } from './test-support/run-program.ts';
import { type SharedStack, sharedStack } from './test-support/shared.ts';

let stack: SharedStack;
let pictures: Pictures;
let dir: string;
/** The path of a photograph that is cheap to render. */
let cheap: string;
beforeAll(async () => {
  const photo = await longPhoto();
  pictures = await startPictures((path) => (path.startsWith('/photo.jpg?') ? photo : undefined));
  stack = await sharedStack();
  dir = await mkdtemp(join(tmpdir(), 'imagemill-upload-'));
  cheap = join(dir, 'cheap.jpg');
  await writeFile(cheap, photo);
});
afterAll(async () => {
  await pictures.close();
  await rm(dir, { recursive: true });
});

const imagemill = (...args: string[]) => runCommand(args, { IMAGEMILL_DIR: stack.dir });
/** In a process of its own. */
const program = (...args: string[]) =>
  runProgram(['apps/cli/imagemill.mjs', ...args], { ...process.env, IMAGEMILL_DIR: stack.dir });

test('finds the running stack, and prints a table of all renditions, and what the seller should know', async () => {
  const { code, stdout } = await program('upload', cheap, '--category', 'avatar');
  expect(code).toBe(0);
  expect(stdout).toMatch(/ready \d+\.\d s after its upload/);
  expect(stdout).toMatch(/variant +format +pixels +bytes +share +url/);
  expect(stdout.match(/^(small|medium|large|round-\w+) .*%.*http\S+$/gm)).toHaveLength(13);
  expect(stdout).toMatch(/^ {2}note: This image is small: 150 × 200 pixels\./m);
});

test('--enhance sharpens the images of this command, and takes no other word', async () => {
  const { code, stdout } = await imagemill('upload', '--json', cheap, '-c', 'tiny', '--enhance', 'sharpen');
  expect(code).toBe(0);
  expect(JSON.parse(stdout).image).toMatchObject({ status: 'ready', enhance: 'sharpen' });
  expect((await program('upload', cheap, '--enhance', 'denoise')).code).toBe(2);
});

test('explains a rejected file, shows the others as well, and exits 1', async () => {
  const broken = join(dir, 'broken.jpg');
  await writeFile(broken, 'this is no picture');
  const empty = join(dir, 'empty.jpg');
  await writeFile(empty, '');
  const nowhere = join(dir, 'nowhere.jpg');
  const { code, stdout } = await program('upload', broken, cheap, nowhere, empty);
  expect(code).toBe(1);
  expect(stdout).toContain('broken.jpg: rejected: This file is not an accepted image.');
  expect(stdout).toContain('nowhere.jpg: There is no such file.');
  expect(stdout).toContain('empty.jpg: This file is empty.');
  expect(stdout).toContain('\n1 rejected, 1 ready, 2 not uploaded.\n');
  expect(stdout.match(/^(thumb|og) .*%/gm)).toHaveLength(3);
});

test('prints one line of JSON per image for scripts, and nothing else', async () => {
  const nowhere = join(dir, 'nowhere.jpg');
  const { code, stdout } = await imagemill('upload', '--json', cheap, nowhere, '-c', 'tiny');
  expect(code).toBe(1);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines.find(({ path }) => path === nowhere)).toEqual({
    path: nowhere,
    error: { code: 'unreadable-file', message: 'There is no such file.' },
  });
  expect(lines.find(({ image }) => image)).toMatchObject({
    path: cheap,
    originalBytes: expect.any(Number),
    readyMs: expect.any(Number),
    image: { status: 'ready', renditions: expect.arrayContaining([expect.objectContaining({ variant: 'tiny' })]) },
  });
});

test('uploads the images in a folder, lists them, and deletes them', async () => {
  const album = join(dir, 'album');
  await mkdir(join(album, 'inner'), { recursive: true });
  await copyFile(cheap, join(album, 'inner', 'eileen.jpg'));
  await writeFile(join(album, 'notes.txt'), 'notes');
  const uploaded = await imagemill('upload', album, '--category', 'tiny', '--json');
  expect(uploaded.code).toBe(0);
  const { image } = JSON.parse(uploaded.stdout) as { image: { imageId: string } };
  expect(uploaded.stderr).toBe('Skipped 1 other file in these folders.\n');

  const listed = await imagemill('list', '--category', 'tiny', '--status', 'ready', '--limit', '1');
  expect(listed.stdout).toMatch(new RegExp(`^${image.imageId} .* tiny +eileen\\.jpg +ready +150×200`, 'm'));
  const [asJson = ''] = (await imagemill('list', '--json', '--limit', '1')).stdout.split('\n');
  expect(JSON.parse(asJson)).toMatchObject({ imageId: image.imageId, filename: 'eileen.jpg' });

  const { code, stdout } = await imagemill('delete', image.imageId, 'no-such-image', '--json');
  expect(code).toBe(1);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { imageId: image.imageId, deleted: true },
    { imageId: 'no-such-image', error: { code: 'image-not-found', message: expect.any(String) } },
  ]);
});

test('imports a URL, and explains a failed import', async () => {
  const [good, gone] = [`${pictures.url}/photo.jpg?signature=secret`, `${pictures.url}/gone.jpg`];
  const { code, stdout } = await imagemill('upload', good, gone, '--category', 'avatar');
  expect(code).toBe(1);
  expect(stdout).toMatch(/photo\.jpg \(avatar, [\d.]+ kB\): ready \d+\.\d s after the request/);
  expect(stdout.match(/^(small|medium|large|round-\w+) .*%.*http\S+$/gm)).toHaveLength(13);
  expect(stdout).not.toContain('secret');
  expect(stdout).toContain('gone.jpg: rejected: There is no file at this URL.');
});

test('names the valid categories', async () => {
  const { code, stdout } = await imagemill('upload', 'examples/photos/product.jpg', '--category', 'banner');
  expect(code).toBe(1);
  expect(stdout).toContain('This category does not exist: it must be one of product, avatar, tiny.');
});

test('rejects a malformed address or key without printing the key', async () => {
  const upload = (...args: string[]) => imagemill('upload', 'examples/photos/product.jpg', ...args);
  const wrong = await upload('--api', 'localhost:8080');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('It must be an http:// or https:// URL.');
  const { code, stderr } = await upload('--key', 'im_live_secret\n');
  expect(code).toBe(1);
  expect(stderr).toBe('This API key is not valid: it contains white space or non-ASCII characters.\n');
});

test('exits 2 for wrong usage, and 0 for its version', async () => {
  expect((await program('uplaod', 'a.jpg')).code).toBe(2);
  expect(await program('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
