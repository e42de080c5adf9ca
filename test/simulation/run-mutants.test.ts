import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { Mutant } from './mutants/mutant.ts';
import { mutate } from './mutants/mutate.ts';
import { runMutants } from './mutants/run-mutants.ts';

const about = { breaks: ['I18'], why: 'for this test' } as const;
const silent: Mutant = {
  ...{ name: 'silent', file: 'src/engine/journal.ts', ...about },
  find: 'let head = (await store.journal.head()).hash;',
  replace: 'let { hash: head } = await store.journal.head();',
};
const blunt: Mutant = {
  ...{ name: 'blunt', file: 'src/engine/attempt.ts', breaks: ['I1'], why: 'for this test' },
  find: 'terms.tryTimeoutMs, grip.remainingMs(), ',
  replace: 'terms.tryTimeoutMs, ',
};
const endless: Mutant = {
  ...{ name: 'endless', file: 'src/engine/loop.ts', ...about },
  find: 'const startedMonoMs = ctx.deps.clock.monoMs();',
  replace: 'for (;;);',
};
const broken: Mutant = {
  ...{ name: 'broken', file: 'src/engine/loop.ts', ...about },
  find: 'const patienceMs = 250;',
  replace: "throw new Error('cannot be loaded');",
};
const missing: Mutant = {
  ...{ name: 'missing', file: 'src/engine/loop.ts', ...about },
  find: 'this stands nowhere in the file',
  replace: '',
};

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);
const terms = { workers: 1, budgetMs: 9000, seedsFor: () => seeds };

test('a fault is in what a thread imports, with its types taken away', async () => {
  const helper = new URL('./mutants/mutate.ts', import.meta.url).href;
  const reached = new URL('../../src/core/plan/reached.ts', import.meta.url).href;
  const fault: Mutant = {
    ...{ name: 'inverse', file: 'src/core/plan/reached.ts', ...about },
    find: "return is ? 'yes' : 'no';",
    replace: "return (is as unknown as boolean) ? 'no' : 'yes';",
  };
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     import(${JSON.stringify(helper)}).then(async ({ installMutant }) => {
       installMutant(workerData);
       const { isReached } = await import(${JSON.stringify(reached)});
       parentPort.postMessage(isReached({ kind: 'stamp' }, { isAcknowledged: true }, 0));
     });`,
    { eval: true, workerData: fault },
  );
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once('message', resolve);
  worker.once('error', reject);
  expect(await promise).toBe('no');
  await worker.terminate();
});

test('a fault whose place is not there, or there twice, is refused', () => {
  expect(() => mutate('one two', missing)).toThrow('found 0 times');
  expect(() => mutate('one two one', { ...missing, find: 'one' })).toThrow('found 2 times');
});

test('a fault that changes nothing survives', async () => {
  const [result] = await runMutants([silent], { ...terms, isCompared: true, seedsFor: () => seeds.slice(0, 3) });
  expect(result).toMatchObject({
    name: 'silent',
    isKilled: false,
    by: undefined,
    isNamed: false,
    seeds: 3,
    strayed: 0,
  });
});

test('a fault is killed by a world that is sound without it', async () => {
  const [result] = await runMutants([blunt], { ...terms, isNamedWanted: true, isCompared: true });
  expect(result).toMatchObject({ name: 'blunt', isKilled: true, isNamed: true, by: { invariant: 'I1' } });
  expect(result?.strayed).toBeGreaterThan(0);
});

test('a fault that cannot be loaded is killed by the exception', async () => {
  const [result] = await runMutants([broken], terms);
  expect(result).toMatchObject({ isKilled: true, isNamed: false, by: { invariant: 'exception' } });
});

test('a world that does not end kills, and the thread is begun anew', async () => {
  const results = await runMutants([endless, silent], {
    ...terms,
    budgetMs: 1,
    seedLimitMs: 4000,
    seedsFor: () => [2],
  });
  expect(results.map(({ isKilled, by }) => [isKilled, by?.invariant])).toEqual([
    [true, 'endless'],
    [false, undefined],
  ]);
});

test('no world is begun after the budget', async () => {
  const [result] = await runMutants([silent], { ...terms, budgetMs: 0 });
  expect(result).toMatchObject({ isKilled: false, seeds: 0 });
});
