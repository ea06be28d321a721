import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import everyTest from './vitest.config.ts';

const CHAOS = 'acceptance/chaos.slow.test.ts';

const slow = {
  ...everyTest.test,
  // A test sends thousands of requests, or renders thousands of pictures.
  testTimeout: 900_000,
  maxWorkers: availableParallelism(),
};

/**
 * `pnpm test:slow`: the tests that cost minutes of CPU. Their files end in `.slow.test.ts`. The chaos run comes after the others, since
 * it runs several stacks at once: beside other work, it would test how a busy machine behaves.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...slow,
          name: 'slow',
          include: ['{apps,packages}/*/src/**/*.slow.test.ts', '{acceptance,deploy/*}/**/*.slow.test.ts'],
          exclude: [...configDefaults.exclude, CHAOS],
          sequence: { ...slow.sequence, groupOrder: 0 },
        },
      },
      {
        test: {
          ...slow,
          name: 'chaos',
          include: [CHAOS],
          exclude: configDefaults.exclude,
          sequence: { ...slow.sequence, groupOrder: 1 },
        },
      },
    ],
  },
});
