import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', 'acceptance/**/*.test.ts'],
    globalSetup: ['packages/local-stack/src/for-tests/global-setup.ts'],
    sequence: { shuffle: true },
    // Most tests wait, for locks to run out or processes to start: they need no core that is left to themselves.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
