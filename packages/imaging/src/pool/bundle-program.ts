import { buildSync } from 'esbuild';

const bundles = new Map<string, Uint8Array>();

/**
 * A TypeScript program as one JavaScript module, for all processes that run it. Node would find, read and strip some 200 files in each
 * process, which takes five times the CPU, and cannot cache them without write access.
 *
 * @param path of the program
 * @throws Error if the program or a module that it imports does not exist or has a wrong syntax
 */
export function bundleProgram(path: string): Uint8Array {
  const existing = bundles.get(path);
  if (existing) return existing;
  const { outputFiles } = buildSync({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    // It loads native code, from a path relative to its own.
    external: ['sharp'],
    logLevel: 'silent',
  });
  const bundle = outputFiles[0]?.contents ?? new Uint8Array();
  bundles.set(path, bundle);
  return bundle;
}
