import { readFile, writeFile } from 'node:fs/promises';

/**
 * `node use-exports.mjs built|source`: which exports package.json has. The workspace imports the sources. A tarball has the
 * build, which pnpm would take from `publishConfig` by itself, and npm does not.
 */
const [, , wanted] = process.argv;
const file = new URL('package.json', import.meta.url);
const manifest = JSON.parse(await readFile(file, 'utf8'));
const { exports: built } = manifest.publishConfig;
const source = Object.entries(built).flatMap(([name, { import: path }]) =>
  path ? [[name, path.replace('./dist/', './src/').replace('.mjs', '.ts')]] : [],
);
const changed = { ...manifest, exports: wanted === 'built' ? built : Object.fromEntries(source) };
await writeFile(file, `${JSON.stringify(changed, undefined, 2)}\n`);
