// node deploy/aws/lambda/build-bundle.ts --out <folder> [--arch arm64] [--config <folder with variant sets>]

import { cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { copyPackages } from './copy-packages.ts';
import { withInstallation } from './with-installation.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface BundleOptions {
  /** It is replaced. */
  readonly out: string;
  readonly arch: 'arm64' | 'x64';
  /** A folder that becomes `config`: variant sets, and the watermarks that they name. */
  readonly config?: string | undefined;
}

/** Loaded from `node_modules`: native code, WebAssembly, and what is optional. esbuild itself is never loaded in a bundle. */
const external = ['sharp', 'libheif-js', 'jxl-oxide-wasm', 'onnxruntime-node', 'esbuild'];
const copied = ['sharp', 'libheif-js', 'jxl-oxide-wasm'];

/** CommonJS modules in the bundle call `require` for modules of Node. */
const banner = {
  js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
};

/**
 * Writes the code of the Lambda renderer to a folder: `lambda.mjs` with the handlers `handler`, `redrive` and `sweep`, the program of the engine
 * processes, and the packages with native code.
 *
 * @returns the modules of the handlers, for tests
 * @throws Error if something cannot be bundled, installed or copied
 */
export async function buildBundle({ out, arch, config }: BundleOptions): Promise<Metafile> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const common = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external,
    outdir: out,
    banner,
    outExtension: { '.js': '.mjs' },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    absWorkingDir: root,
  } satisfies BuildOptions;
  // Without splitting, a module that is imported on demand would be loaded at the start, and libvips with it.
  const { metafile } = await build({
    ...common,
    entryPoints: { lambda: 'apps/worker/src/lambda.ts' },
    splitting: true,
    metafile: true,
  });
  // One file: an engine process reads it from its standard input.
  await build({ ...common, entryPoints: { engine: 'packages/imaging/src/process/main.ts' } });
  await cp(join(root, 'packages/imaging/src/process/start.mjs'), join(out, 'start.mjs'));
  const copyFrom = (installation: string) =>
    copyPackages({ from: join(installation, 'packages/imaging'), names: copied, arch, to: join(out, 'node_modules') });
  await (arch === process.arch ? copyFrom(root) : withInstallation(root, arch, copyFrom));
  if (config !== undefined) await cp(config, join(out, 'config'), { recursive: true });
  return metafile;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, arch: { type: 'string', default: 'arm64' }, config: { type: 'string' } },
  });
  const { out, arch, config } = values;
  if (out === undefined || (arch !== 'arm64' && arch !== 'x64')) {
    throw new Error('Usage: build-bundle.ts --out <folder> [--arch arm64|x64] [--config <folder>]');
  }
  await buildBundle({ out: resolve(out), arch, config });
}
