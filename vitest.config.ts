import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', 'acceptance/**/*.test.ts'],
    globalSetup: ['packages/local-stack/src/for-tests/global-setup.ts'],
    sequence: { shuffle: true },
    // Most tests wait, for locks to run out or processes to start: more of them fit beside each other than there are cores.
    maxWorkers: Math.max(3, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
