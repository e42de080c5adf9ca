import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Suites are folders: `--project unit` is what `npm test` runs beside `e2e`; the slower ones are run by `.ci/run`. */
const suite = (name: string, include: string[], testTimeout: number) => ({
  extends: true as const,
  test: { name, include, testTimeout, hookTimeout: testTimeout },
});

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    environment: 'node',
    pool: 'forks',
    // Most of the slower suites wait for time to pass: on two cores one worker alone would leave both idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: 'v8',
      // What decides is measured, by the tests that are about it: those that only happen to pass through prove nothing.
      include: ['src/core/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { 'src/core/**': { lines: 97, branches: 93 } },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/integration/**', 'test/bench/**', 'test/contract/**', 'test/crash/**'],
          testTimeout: 10_000,
        },
      },
      suite('contract', ['test/contract/**/*.test.ts'], 60_000),
      suite('e2e', ['test/e2e/**/*.test.ts'], 60_000),
      suite('crash', ['test/crash/**/*.test.ts'], 420_000),
      suite('integration', ['test/integration/**/*.test.ts'], 180_000),
    ],
  },
});
