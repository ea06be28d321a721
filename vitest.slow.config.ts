import { configDefaults, defineConfig } from 'vitest/config';
import everyTest from './vitest.config.ts';

/** `pnpm test:slow`: the tests that cost minutes of CPU. Their files end in `.slow.test.ts`. */
export default defineConfig({
  test: {
    ...everyTest.test,
    include: ['{apps,packages}/*/src/**/*.slow.test.ts', 'acceptance/**/*.slow.test.ts'],
    exclude: configDefaults.exclude,
    // One test sends thousands of requests, or renders thousands of pictures.
    testTimeout: 900_000,
  },
});
