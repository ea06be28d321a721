import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseJsonFile } from './json-file.ts';

const parse = async (content: unknown) =>
  z
    .object({ a: z.array(z.number()) })
    .optional()
    .parse(content);

test('returns the parsed content, or what undefined parses to without a path', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-json-'));
  const path = join(dir, 'good.json');
  await writeFile(path, '{"a":[1]}');
  expect(await parseJsonFile(path, parse)).toEqual({ a: [1] });
  expect(await parseJsonFile(undefined, parse)).toBeUndefined();
  await rm(dir, { recursive: true });
});

test('reports the path of a file that is missing or not JSON, and every invalid entry', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-json-'));
  const path = join(dir, 'bad.json');
  await expect(parseJsonFile(path, parse)).rejects.toThrow(path);
  await writeFile(path, '{"a":');
  await expect(parseJsonFile(path, parse)).rejects.toThrow(path);
  await writeFile(path, '{"a":[1,"x"]}');
  await expect(parseJsonFile(path, parse)).rejects.toThrow(/bad\.json is not valid:\n {2}a\.1: /);
  await rm(dir, { recursive: true });
});

test('the content can name files in the folder of its own, which are read up to a limit', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-json-'));
  const path = join(dir, 'names.json');
  await writeFile(path, '"beside.txt"');
  await writeFile(join(dir, 'beside.txt'), '12345');
  const reading = (bytesMax: number) =>
    parseJsonFile(path, async (name, readBeside) => Buffer.from(await readBeside(String(name), bytesMax)).toString());
  expect(await reading(5)).toBe('12345');
  await expect(reading(4)).rejects.toThrow('it has 5 bytes, and at most 4 are read');
  await rm(dir, { recursive: true });
});
