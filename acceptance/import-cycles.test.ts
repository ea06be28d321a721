import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cyclesOf, readImportGraph } from './test-support/import-cycles.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const graph = await readImportGraph(root);

// Not Biome's rule, which doubles the CPU of the linter.
test('no module imports itself through others, not even for a type', () => {
  expect(graph.size).toBeGreaterThan(1_000);
  const imported = [...graph.values()].flat();
  expect(imported.length).toBeGreaterThan(4_000);
  // Every import is found again: the graph has no holes.
  expect([...new Set(imported)].filter((path) => /\.(?:ts|tsx|mjs)$/.test(path) && !graph.has(path))).toEqual([]);
  expect(cyclesOf(graph).map((cycle) => cycle.replaceAll(root, ''))).toEqual([]);
});

// BullMQ takes half of the start of a command that does not need it.
test('no command of the CLI imports all of the queue', () => {
  const reached = new Set([`${root}apps/cli/src/main.ts`]);
  for (const path of reached) for (const imported of graph.get(path) ?? []) reached.add(imported);
  expect(reached).toContain(`${root}packages/queue/src/connection/redis-users.ts`);
  expect(reached).not.toContain(`${root}packages/queue/src/index.ts`);
});

test('a cycle is found from wherever it is entered', () => {
  const example = new Map([
    ['entry', ['b', 'leaf']],
    ['a', ['b']],
    ['b', ['c', 'leaf']],
    ['c', ['a']],
    ['leaf', []],
    ['self', ['self']],
  ]);
  expect(cyclesOf(example)).toEqual(['b → c → a → b', 'self → self']);
  expect(cyclesOf(new Map([...example].filter(([module]) => module === 'entry' || module === 'leaf')))).toEqual([]);
});
