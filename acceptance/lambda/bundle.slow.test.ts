import { glob, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildBundle } from '../../deploy/aws/lambda/build-bundle.ts';
import { root } from '../test-support/repository.ts';

/** `e_machine` in the header of an ELF file. */
const AARCH64 = 183;
/** What AWS Lambda accepts, unpacked. */
const BYTES_MAX = 250 * 1024 * 1024;

async function machineOf(path: string): Promise<number> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0);
  await file.close();
  return buffer.readUInt16LE(18);
}

test('the bundle for ARM64 has the native code of that architecture alone, in the versions of this installation', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'imagemill-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await buildBundle({ out: folder, arch: 'arm64' });
  const native = await Array.fromAsync(glob('**/*.{node,so,so.*}', { cwd: folder }));
  expect(native.some((path) => path.endsWith('.node'))).toBe(true);
  expect(native.some((path) => path.includes('libvips'))).toBe(true);
  expect(new Set(await Promise.all(native.map((path) => machineOf(join(folder, path)))))).toEqual(new Set([AARCH64]));

  const versionIn = async (path: string) => (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version;
  const sharp = 'node_modules/sharp/package.json';
  expect(await versionIn(join(folder, sharp))).toBe(await versionIn(join(root, 'packages/imaging', sharp)));

  const files = await Array.fromAsync(glob('**/*', { cwd: folder }));
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(folder, path))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BYTES_MAX);
});
