import { getCompileCacheDir } from 'node:module';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { createBundleCache } from './bundle-cache.ts';

const bundles = new Map<string, Promise<Uint8Array>>();
/** Changes with the version of any package. Without it, nothing is kept. */
const LOCKFILE = fileURLToPath(new URL('../../../../pnpm-lock.yaml', import.meta.url));

/**
 * A TypeScript program as one JavaScript module, for all processes that run it. Node would find, read and strip some 200 files in each
 * process, which takes five times the CPU, and cannot cache them without write access.
 *
 * Other processes with the same compile cache of Node read the bundle from there: to make it takes as much CPU as to start a process.
 *
 * @param path of the program
 * @throws Error if the program or a module that it imports does not exist or has a wrong syntax
 */
export function bundleProgram(path: string): Promise<Uint8Array> {
  const bundle = bundles.get(path) ?? readOrBuild(path);
  bundles.set(path, bundle);
  // The next start tries again.
  bundle.catch(() => bundles.delete(path));
  return bundle;
}

async function readOrBuild(path: string): Promise<Uint8Array> {
  const cache = createBundleCache(getCompileCacheDir(), path);
  return cache.read() ?? cache.write(await inTurn(() => build(path)));
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time: the end of a build stops the bundler. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}

async function build(path: string) {
  // Where the bundle is kept, nothing has to be built.
  const esbuild = await import('esbuild');
  const { root } = parse(path);
  const options = {
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    // The paths of the metafile are relative to it.
    absWorkingDir: root,
    platform: 'node',
    format: 'esm',
    // sharp loads native code, from a path relative to its own; libheif-js may not be installed.
    external: ['sharp', 'libheif-js'],
    logLevel: 'silent',
  } satisfies BuildOptions;
  // Its process would stay as long as this one. With the synchronous call it does, with a thread of 40 MiB, and cannot be stopped cleanly.
  const { outputFiles, metafile } = await esbuild.build(options).finally(() => esbuild.stop());
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  const modules = Object.keys(metafile.inputs).map((input) => join(root, input));
  return { code, modules: [...modules, LOCKFILE] };
}
