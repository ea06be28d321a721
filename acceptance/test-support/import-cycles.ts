import { glob, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The modules that each module imports, types included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const MODULE = '{apps,packages,acceptance,bench,deploy,examples}/**/*.{ts,tsx,mjs}';
const isOwn = (path: string) => !/(?:^|\/)(?:node_modules|dist|\.cache)\//.test(path);

/** @param root the project's folder. Imports of other packages are followed by their `exports`, npm's packages are left out. */
export async function readImportGraph(root: string): Promise<ImportGraph> {
  const packages = await exportsOfPackages(root);
  const paths = (await Array.fromAsync(glob(MODULE, { cwd: root, exclude: (path) => !isOwn(`${path}/`) }))).filter(
    isOwn,
  );
  const graph = new Map<string, readonly string[]>();
  for (const path of paths) {
    const file = join(root, path);
    const source = await readFile(file, 'utf8');
    const specifiers = [...source.matchAll(/(?:\bfrom|\bimport\(?)\s*'([@.][^']+)'/g)].map(
      ([, specifier = '']) => specifier,
    );
    graph.set(
      file,
      specifiers.flatMap((specifier) => {
        if (specifier.startsWith('.')) return [resolve(dirname(file), specifier)];
        return packages.get(specifier) ?? [];
      }),
    );
  }
  return graph;
}

/** The file of each specifier, such as `@imagemill/queue/env`. */
async function exportsOfPackages(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const path of glob('{apps/*,packages/*,bench,deploy/*}/package.json', { cwd: root })) {
    const { name, exports = {} } = JSON.parse(await readFile(join(root, path), 'utf8'));
    for (const [entry, target] of Object.entries(exports))
      if (typeof target === 'string') files.set(join(name, entry), join(root, dirname(path), target));
  }
  return files;
}

/** One cycle of every group of modules that import each other, as `a → b → a`. */
export function cyclesOf(graph: ImportGraph): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (module: string) => {
    const start = path.indexOf(module);
    if (start >= 0) cycles.push([...path.slice(start), module].join(' → '));
    if (start >= 0 || done.has(module)) return;
    path.push(module);
    for (const imported of graph.get(module) ?? []) visit(imported);
    path.pop();
    done.add(module);
  };
  for (const module of graph.keys()) visit(module);
  return cycles;
}
