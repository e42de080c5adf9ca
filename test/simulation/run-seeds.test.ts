import { existsSync, readdirSync } from 'node:fs';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { optionsOf } from './draw.ts';
import { openProgress } from './progress.ts';
import { runSeeds } from './run-seeds.ts';
import { progressLine, type RunFacts, summaryJson, summaryText } from './sim-text.ts';
import { mostFailures, Tally } from './tally.ts';

const slow = 60_000;
const facts: RunFacts = {
  ...{
    faults: 'calm',
    from: 1,
    workers: 2,
    commit: 'abc',
    wallMs: 2000,
    isInterrupted: false,
    shrunk: [],
    points: undefined,
    mutants: undefined,
  },
};

test('every seed is run once, whichever thread takes it', { timeout: slow }, async () => {
  const terms = { faults: 'calm', from: 11, seeds: 4 } as const;
  const never = new AbortController().signal;
  const [one, two] = [await runSeeds({ ...terms, workers: 1 }, never), await runSeeds({ ...terms, workers: 2 }, never)];
  expect(two.counts).toMatchObject({ seeds: 4, slowly: 1, violations: 0 });
  const counted = ({ seeds, failovers, events, steps, virtualMs }: typeof one.counts) => ({
    ...{ seeds, failovers, events, steps, virtualMs: Math.round(virtualMs) },
  });
  expect(counted(two.counts)).toEqual(counted(one.counts));
  expect(two.cells.cells()).toEqual(one.cells.cells());
});

test('no world is begun after the signal', { timeout: slow }, async () => {
  const over = new AbortController();
  const during = runSeeds(
    { faults: 'calm', from: 1, seeds: undefined, workers: 1, onProgress: () => over.abort() },
    over.signal,
  );
  expect((await during).counts.seeds).toBeGreaterThan(0);
  const { counts } = await runSeeds({ faults: 'calm', from: 1, seeds: 5, workers: 1 }, AbortSignal.abort());
  expect(counts.seeds).toBe(0);
});

test('a world that does not end is a violation of its seed', { timeout: slow }, async () => {
  const terms = { faults: 'calm', from: 1, seeds: undefined, workers: 1, seedLimitMs: 1 } as const;
  const { failures } = await runSeeds(terms, new AbortController().signal);
  expect(failures[0]?.violations[0]).toMatchObject({
    ...{ invariant: 'crash', message: 'the world does not end: 1 ms' },
  });
});

test('a violation is printed with the line that shows it again', () => {
  const tally = new Tally();
  const options = optionsOf('calm', 9);
  tally.fail(options, [
    { invariant: 'I4', message: 'the weights leave amber', atMonoMs: 1234.5 },
    { invariant: 'crash', message: 'Error: no', atMonoMs: Number.NaN },
  ]);
  const text = summaryText(tally, facts);
  expect(text).toContain('I4  seed 9 at 1.234 s: the weights leave amber\ncrash  seed 9: Error: no\n');
  expect(text).toContain(`  npm run sim -- --replay '{"seed":9,"commit":"abc","options":{"seed":9,`);
  expect(text).toMatch(/violations {3}2$/);
  expect(summaryJson(tally, facts)).toMatchObject({
    violations: 2,
    failures: [{ seed: 9, violations: [{ invariant: 'I4', atMs: 1235 }, { atMs: null }] }],
    ...{ failovers: 0, eventsPerFailover: null, failoversPerSecondPerCore: 0, mutants: null },
  });
});

test('more failing worlds than can be read are only counted', () => {
  const [tally, all] = [new Tally(), new Tally()];
  for (let seed = 1; seed <= 2 * mostFailures; seed += 1)
    tally.fail(optionsOf('calm', seed), [{ invariant: 'I1', message: 'x', atMonoMs: 0 }]);
  all.merge(tally.take());
  expect(all.failures).toHaveLength(mostFailures);
  expect(all.counts.violations).toBe(2 * mostFailures);
  expect(tally.counts.violations).toBe(0);
});

test('progress is rewritten on a terminal, and a line each ten seconds elsewhere', () => {
  let [nowMs, written] = [0, ''];
  const write = (text: string): void => {
    written += text;
  };
  const live = openProgress({ isTTY: true, write }, () => nowMs);
  live.update('a');
  live.update('b');
  live.end();
  expect(written).toBe('\r\u001b[Ka\r\u001b[Kb\n');
  written = '';
  const plain = openProgress({ write }, () => nowMs);
  for (const atMs of [0, 9999, 10_000, 15_000, 20_000]) {
    nowMs = atMs;
    plain.update(`${atMs}`);
  }
  plain.end();
  expect(written).toBe('10000\n20000\n');
  expect(progressLine(new Tally(), 61_000)).toMatch(/^61 s {2}0 seeds .* 0 violations$/);
});

test('the program ends with what it did and an exit code', { timeout: slow }, async () => {
  const sim = (...argv: readonly string[]) =>
    execa(process.execPath, [`${import.meta.dirname}/main.ts`, ...argv], { reject: false });
  const done = await sim('--seeds', '2', '--faults', 'calm', '--workers', '1', '-o', 'json');
  expect(done.exitCode).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ seeds: 2, violations: 0, failures: [], isInterrupted: false });
  const line = JSON.stringify({ seed: 1, commit: 'abc', options: { ...optionsOf('calm', 1), siteFaults: 1 } });
  const again = await sim('--replay', line);
  expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('seen with abc')]);
  expect(again.stdout).toMatch(/violations {3}0$/);
  const wrong = await sim('--replay', '{}');
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('a replay line has')]);
  expect((await sim('--seeds', 'x')).exitCode).toBe(2);
});

test.skipIf(!existsSync('/proc'))('Ctrl-C ends with the summary', { timeout: slow }, async () => {
  const running = execa(process.execPath, [`${import.meta.dirname}/main.ts`, '--faults', 'calm', '--workers', '1'], {
    ...{ reject: false, stdin: 'ignore' },
  });
  // It has begun when the thread has; a signal before that would end a process that listens to none.
  await expect.poll(() => hasThreads(running.pid), { timeout: 20_000 }).toBe(true);
  running.kill('SIGINT');
  const { exitCode, stdout } = await running;
  expect(stdout).toContain(', interrupted');
  expect(exitCode).toBe(130);
});

/** A Node process has seven threads of its own; a worker is one more. */
function hasThreads(pid: number | undefined): boolean {
  return readdirSync(`/proc/${pid}/task`).length > 7;
}
