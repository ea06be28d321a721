import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImagemillError } from '../errors.ts';
import { uploadSource } from './upload-source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagemill-source-'));
  await writeFile(join(folder, 'shoe.jpg'), 'bytes');
});
afterAll(() => rm(folder, { recursive: true }));

test('a path is a file with its name and size', async () => {
  const source = await uploadSource(join(folder, 'shoe.jpg'));
  expect(source).toMatchObject({ name: 'shoe.jpg', size: 5 });
  expect(await (await source.slice(1, 3)).text()).toBe('yt');
});

test.each([
  ['nope.jpg', 'ENOENT'],
  ['shoe.jpg/nope.jpg', 'ENOTDIR'],
  ['.', 'not a file'],
])('the error of %s names its path and the reason, %s', async (name, reason) => {
  const path = join(folder, name);
  const error = await uploadSource(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImagemillError);
  expect(error).toMatchObject({ code: 'unreadable-file', retryable: false, cause: expect.any(Error) });
  expect((error as Error).message).toContain(path);
  expect((error as Error).message).toContain(reason);
});
