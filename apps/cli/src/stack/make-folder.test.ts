import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

test.each([[], ['in']])(
  'names the folder and the variable that sets it if the folder cannot be created: %j',
  async (...below) => {
    const dir = await mkdtemp(join(tmpdir(), 'imagemill-file-'));
    const file = join(dir, 'file');
    await writeFile(file, '');
    const folder = join(file, ...below);
    await expect(makeFolder(folder, join(folder, 'logs'))).rejects.toThrow(
      `Cannot write to ${folder} (ENOTDIR). Set IMAGEMILL_DIR to a writable folder.`,
    );
    await rm(dir, { recursive: true });
  },
);

test.each([true, false])('only the owner can open the folder, if it existed before: %s', async (existed) => {
  const parent = await mkdtemp(join(tmpdir(), 'imagemill-file-'));
  const dir = join(parent, 'stack');
  if (existed) {
    await mkdir(dir);
    await chmod(dir, 0o755);
  }
  await makeFolder(dir, join(dir, 'logs'));
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  await rm(parent, { recursive: true });
});
