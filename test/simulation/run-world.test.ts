import { expect, test } from 'vitest';
import { Cells } from '../../src/sim/cells.ts';
import { optionsOf } from './draw.ts';
import { replay, replayText } from './replay.ts';
import { formatReplay, parseReplay, readCommit } from './replay-line.ts';
import { checkAgain, runWorld, timesOf } from './run-world.ts';

const options = { ...optionsOf('calm', 3), siteFaults: 2 };

test('a world is the same when it is run again, fast or slowly', async () => {
  const cells = new Cells();
  const { report, violations } = await runWorld(options, { cells });
  expect(violations).toEqual([]);
  expect(cells.cells().covered).toBeGreaterThan(0);
  if (report === undefined) throw new Error('it threw');
  expect(await checkAgain(options, report, 'twice')).toEqual([]);
  expect(await checkAgain(options, report, 'slowly')).toEqual([]);
});

test('in a world in which schedulers rebalance they change something, come to rest, and are the same again', async () => {
  const rebalanced = optionsOf('rebalance', 3_000_009);
  const { report, violations } = await runWorld(rebalanced, {});
  expect(violations).toEqual([]);
  if (report === undefined) throw new Error('it threw');
  expect(report.rebalances['changed']).toBeGreaterThan(0);
  expect(report.rebalances['best-as-it-is']).toBeGreaterThan(0);
  expect(await checkAgain(rebalanced, report, 'twice')).toEqual([]);
});

test('a world that comes out otherwise the second time is a violation', async () => {
  const { report } = await runWorld(options, {});
  if (report === undefined) throw new Error('it threw');
  const [violation] = await checkAgain(options, { ...report, traceHash: 'other' }, 'twice');
  expect(violation).toMatchObject({ invariant: 'determinism', message: `other, and run again ${report.traceHash}` });
});

test('a world that throws is a violation with the stack', async () => {
  const end = await runWorld({ ...options, hosts: 2 ** 33 }, {});
  expect(end.report).toBeUndefined();
  expect(end.violations[0]).toMatchObject({ invariant: 'crash', message: expect.stringContaining('.ts:') });
  const { report } = await runWorld(options, {});
  if (report === undefined) throw new Error('it threw');
  const [again] = await checkAgain({ ...options, hosts: 2 ** 33 }, report, 'slowly');
  expect(again).toMatchObject({ invariant: 'crash' });
});

test('the first world of a run, one in a hundred and one in a thousand are run again', () => {
  expect([0, 1, 99, 100, 999, 1000, 1100].map(timesOf)).toEqual([
    ...['slowly', 'once', 'once', 'twice', 'once', 'slowly', 'twice'],
  ]);
});

test('a line holds all that is needed to see a world again', async () => {
  const line = parseReplay(formatReplay({ seed: options.seed, commit: 'abc', options }));
  expect(line).toEqual({ seed: options.seed, commit: 'abc', options });
  const [first, again] = [await replay(line, true), await runWorld(options, {})];
  expect(first.report?.traceHash).toBe(again.report?.traceHash);
  expect(replayText(first)).toMatch(/siteFault#1@/);
  expect(replayText(first)).toMatch(/automatic failover from amber done/);
  expect(replayText(first)).toMatch(/violations {3}0$/);
});

test('only the misfortunes that were kept take place', async () => {
  const kept = ['siteFault#2@2000+0:crash'];
  const { schedule } = await replay({ seed: options.seed, commit: 'abc', options, kept }, false);
  expect(schedule.map(({ text }) => text)).toEqual(kept);
});

test('a world that throws is said to have thrown when it is replayed', async () => {
  const replayed = await replay({ seed: 3, commit: 'abc', options: { ...options, hosts: 2 ** 33 } }, false);
  expect(replayText(replayed)).toMatch(/crash: (.|\n)*it threw\nviolations {3}1$/);
});

test.for([
  ['{', 'a replay line is JSON'],
  ['3', 'has seed, commit, options'],
  ['{"seed":1,"commit":"a","options":{"seed":2}}', 'has seed, commit, options'],
  ['{"seed":1,"commit":"a","options":{"seed":1},"kept":[1]}', 'has seed, commit, options'],
] as const)('%s is no replay line', ([text, why]) => {
  expect(() => parseReplay(text)).toThrow(why);
});

test('the commit at hand is named', () => {
  expect(readCommit()).toMatch(/^[0-9a-f]{7,}(-dirty)?$|^unknown$/);
});
