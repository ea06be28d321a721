import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const app = fileURLToPath(new URL('..', import.meta.url));
/** The path where the API serves the console; the same as in vite.config.ts. */
const BASE_URL = '/console/';
const SCRIPT_TAG = '<script type="module" src="./src/main.tsx"></script>';

/**
 * Bundles the console's script and styles into `assets/`, under names with a hash of their content, beside index.html
 * and the files of `public/`.
 */
export async function bundleConsole(dir: string): Promise<void> {
  await cp(join(app, 'public'), dir, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: dir,
    entryPoints: [{ in: join(app, 'src/main.tsx'), out: 'index' }],
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    tsconfig: join(app, 'tsconfig.json'),
    define: { 'import.meta.env.BASE_URL': JSON.stringify(BASE_URL) },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    metafile: true,
  });
  // Its service would run on beside a program that goes on.
  await stop();
  const tags = Object.keys(metafile.outputs).map(tagOf).join('\n    ');
  const page = await readFile(join(app, 'index.html'), 'utf8');
  if (!page.includes(SCRIPT_TAG)) throw new Error(`index.html has no ${SCRIPT_TAG}`);
  await writeFile(join(dir, 'index.html'), page.replace(SCRIPT_TAG, tags));
}

const tagOf = (asset: string): string =>
  asset.endsWith('.css')
    ? `<link rel="stylesheet" href="${BASE_URL}${asset}" />`
    : `<script type="module" src="${BASE_URL}${asset}"></script>`;
