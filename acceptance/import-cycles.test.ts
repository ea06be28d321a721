import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cyclesOf, readImportGraph } from './test-support/import-cycles.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

// Not Biome's rule, which doubles the CPU of the linter.
test('no module imports itself through others, not even for a type', async () => {
  const graph = await readImportGraph(root);
  expect(graph.size).toBeGreaterThan(1_000);
  const imported = [...graph.values()].flat();
  expect(imported.length).toBeGreaterThan(4_000);
  // Every import is found again: the graph has no holes.
  expect([...new Set(imported)].filter((path) => /\.(?:ts|tsx|mjs)$/.test(path) && !graph.has(path))).toEqual([]);
  expect(cyclesOf(graph).map((cycle) => cycle.replaceAll(root, ''))).toEqual([]);
});

test('a cycle is found from wherever it is entered', () => {
  const graph = new Map([
    ['entry', ['b', 'leaf']],
    ['a', ['b']],
    ['b', ['c', 'leaf']],
    ['c', ['a']],
    ['leaf', []],
    ['self', ['self']],
  ]);
  expect(cyclesOf(graph)).toEqual(['b → c → a → b', 'self → self']);
  expect(cyclesOf(new Map([...graph].filter(([module]) => module === 'entry' || module === 'leaf')))).toEqual([]);
});
