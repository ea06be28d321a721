import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBundleCache } from './bundle-cache.ts';

let dir: string;
let program: string;
let imported: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-bundle-'));
  [program, imported] = [join(dir, 'program.ts'), join(dir, 'imported.ts')];
  await Promise.all([writeFile(program, 'a program'), writeFile(imported, 'a module')]);
});
afterEach(() => rm(dir, { recursive: true }));

const code = new TextEncoder().encode('the code of both');
const open = () => createBundleCache(dir, program);
const text = (read: Uint8Array | undefined) => read && new TextDecoder().decode(read);

test('a process reads the bundle that another has made', () => {
  expect(open().read()).toBeUndefined();
  expect(open().write({ code, modules: [program, imported] })).toBe(code);
  expect(text(open().read())).toBe('the code of both');
  expect(createBundleCache(dir, imported).read()).toBeUndefined();
});

test.each([
  ['has another size', () => writeFile(imported, 'a longer module')],
  ['has another time', () => utimes(imported, 1, 1)],
  ['is gone', () => rm(imported)],
])('a bundle is not used if a module %s', async (_what, change) => {
  open().write({ code, modules: [program, imported] });
  await change();
  expect(open().read()).toBeUndefined();
});

test('a truncated file is not used', async () => {
  open().write({ code, modules: [program] });
  const [file = ''] = (await readdir(dir)).filter((name) => name.startsWith('bundle-'));
  await writeFile(join(dir, file), (await readFile(join(dir, file), 'utf8')).slice(0, -20));
  expect(open().read()).toBeUndefined();
});

test('without a folder that can be written to, the code is used and not kept', () => {
  for (const nowhere of [undefined, join(dir, 'nothing', 'here')]) {
    const cache = createBundleCache(nowhere, program);
    expect(cache.write({ code, modules: [program] })).toBe(code);
    expect(cache.read()).toBeUndefined();
  }
});
