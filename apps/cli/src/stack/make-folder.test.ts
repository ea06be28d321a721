import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

test.each([[], ['in']])(
  'a folder that can not be made is named, with the variable that sets it: %j',
  async (...below) => {
    const dir = await mkdtemp(join(tmpdir(), 'imagemill-file-'));
    const file = join(dir, 'file');
    await writeFile(file, '');
    const folder = join(file, ...below);
    await expect(makeFolder(folder, join(folder, 'logs'))).rejects.toThrow(
      `${folder} can't be written (ENOTDIR). Set IMAGEMILL_DIR to a folder that can be.`,
    );
    await rm(dir, { recursive: true });
  },
);
