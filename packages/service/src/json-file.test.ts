import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJsonFile } from './json-file.ts';

test('is nothing without a path, its content with one, and names the file that is bad', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-json-'));
  const good = join(dir, 'good.json');
  const bad = join(dir, 'bad.json');
  await Promise.all([writeFile(good, '{"a":[1]}'), writeFile(bad, '{"a":')]);
  expect(await readJsonFile(undefined)).toBeUndefined();
  expect(await readJsonFile(good)).toEqual({ a: [1] });
  await expect(readJsonFile(bad)).rejects.toThrow(bad);
  await expect(readJsonFile(join(dir, 'none.json'))).rejects.toThrow('none.json');
  await rm(dir, { recursive: true });
});
