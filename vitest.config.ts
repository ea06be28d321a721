import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// Node compiles every package once for all the processes that the tests start, not once in each.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url));

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', '{acceptance,bench,deploy/*}/**/*.test.ts'],
    // vitest.slow.config.ts runs these.
    exclude: [...configDefaults.exclude, '**/*.slow.test.ts'],
    // One Redis and one S3 server; then what acceptance tests share.
    globalSetup: [
      'packages/local-stack/src/test-support/global-setup.ts',
      'acceptance/test-support/shared-services.ts',
    ],
    // A process runs many files, so it loads every module once. Files must not rely on the state of a module.
    isolate: false,
    // Node runs the TypeScript itself (ADR 3), and keeps it compiled for every process. Without hooks for mocks of modules.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: ['packages/local-stack/src/test-support/patient-waits.ts'],
    sequence: { shuffle: true },
    // A further process would load and compile every module once more.
    maxWorkers: availableParallelism(),
    // Tests make much garbage: a larger young generation is collected less often.
    execArgv: ['--max-semi-space-size=64'],
    // Some tests render flat out beside the others: what takes 10 s alone has taken over 60 then.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
