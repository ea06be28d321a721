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
