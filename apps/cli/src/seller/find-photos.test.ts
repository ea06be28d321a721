import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPhotos } from './find-photos.ts';

let dir: string;
const at = (...names: string[]) => join(dir, ...names);
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-find-'));
  await mkdir(at('album/inner/deep'), { recursive: true });
  await mkdir(at('album/.cache'));
  await mkdir(at('papers'));
  for (const name of [
    '10.jpg',
    '9.JPEG',
    'notes.txt',
    'IMG.HEIC',
    '._9.JPEG',
    '.cache/thumb.png',
    'inner/deep/b.webp',
  ]) {
    await writeFile(at('album', name), 'x');
  }
  await writeFile(at('papers/bill.pdf'), 'x');
  await symlink(at('album'), at('album/inner/back'));
  await symlink(at('album/10.jpg'), at('album/inner/linked.png'));
});
afterAll(() => rm(dir, { recursive: true }));

test('finds the images in a folder at any depth, in natural order, and counts the other files', async () => {
  expect(await findPhotos([at('album')])).toEqual({
    paths: ['9.JPEG', '10.jpg', 'IMG.HEIC', 'inner/deep/b.webp', 'inner/linked.png'].map((name) => at('album', name)),
    skipped: ['notes.txt'].map((name) => at('album', name)),
    failed: [],
  });
});

test('keeps files and URLs as they are, whatever their names', async () => {
  const args = [at('papers/bill.pdf'), 'https://shop.example.com/a', at('nowhere.jpg')];
  expect(await findPhotos(args)).toEqual({ paths: args, skipped: [], failed: [] });
});

test('fails for a folder without images', async () => {
  const { failed, skipped } = await findPhotos([at('papers')]);
  expect(failed).toMatchObject([{ path: at('papers'), error: { code: 'no-images' } }]);
  expect(skipped).toEqual([at('papers/bill.pdf')]);
});

test.skipIf(process.getuid?.() === 0)('fails for a folder that cannot be read, and finds the others', async () => {
  await chmod(at('album/inner/deep'), 0);
  const { failed, paths } = await findPhotos([at('album')]);
  await chmod(at('album/inner/deep'), 0o755);
  expect(failed).toMatchObject([{ path: at('album/inner/deep'), error: { code: 'unreadable-file' } }]);
  expect(paths).toContain(at('album/10.jpg'));
});
