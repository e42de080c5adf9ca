import { expect, test } from 'vitest';
import { afterRun, type RebalanceRun, readRebalance, rebalanceText } from '../../../src/report/prometheus/rebalance.ts';
import { hostileStrings } from '../hostile.ts';

const endedAtMs = Date.UTC(2026, 10, 28, 3, 17, 42, 125);
const moved: RebalanceRun = { endedAtMs, exitCode: 0, changeRatio: 0.125, skipped: undefined };
const failed: RebalanceRun = {
  endedAtMs: endedAtMs + 3_600_000,
  exitCode: 6,
  changeRatio: undefined,
  skipped: undefined,
};
const skipped: RebalanceRun = {
  endedAtMs: endedAtMs + 7_200_000,
  exitCode: 0,
  changeRatio: undefined,
  skipped: 'NotIdle',
};

/** Through the file each time, as it is on disk. */
function fileAfter(...runs: readonly RebalanceRun[]): string {
  return runs.reduce((text, run) => rebalanceText(afterRun(readRebalance(text), run)), '');
}

const samplesOf = (text: string): readonly string[] => text.split('\n').filter((line) => /^[^#]/.test(line));

test('a run that moved something tells all but skips', () => {
  expect(samplesOf(fileAfter(moved))).toEqual([
    'godwit_rebalance_last_run_timestamp_seconds 1795835862.125',
    'godwit_rebalance_last_success_timestamp_seconds 1795835862.125',
    'godwit_rebalance_last_exit_code 0',
    'godwit_rebalance_last_change_ratio 0.125',
  ]);
});

test('what a run does not know stays as an earlier one told it', () => {
  expect(samplesOf(fileAfter(moved, failed))).toEqual([
    'godwit_rebalance_last_run_timestamp_seconds 1795839462.125',
    'godwit_rebalance_last_success_timestamp_seconds 1795835862.125',
    'godwit_rebalance_last_exit_code 6',
    'godwit_rebalance_last_change_ratio 0.125',
  ]);
  expect(samplesOf(fileAfter(failed))).toEqual([
    'godwit_rebalance_last_run_timestamp_seconds 1795839462.125',
    'godwit_rebalance_last_exit_code 6',
  ]);
});

test('skips are counted by their reason, and are a success', () => {
  const text = fileAfter(failed, skipped, { ...skipped, skipped: 'GainTooSmall' }, skipped);
  expect(samplesOf(text)).toEqual([
    'godwit_rebalance_last_run_timestamp_seconds 1795843062.125',
    'godwit_rebalance_last_success_timestamp_seconds 1795843062.125',
    'godwit_rebalance_last_exit_code 0',
    'godwit_rebalance_skipped_total{reason="NotIdle"} 2',
    'godwit_rebalance_skipped_total{reason="GainTooSmall"} 1',
  ]);
});

test('values of any size come through the file unchanged', () => {
  for (const changeRatio of [0, 1e-9, 1 / 3, 1])
    expect(readRebalance(fileAfter({ ...moved, changeRatio })).lastChangeRatio).toBe(changeRatio);
});

test('what is in the file and not ours is left out', () => {
  const lines = [
    'godwit_rebalance_last_exit_code 6 1795835862125',
    'godwit_rebalance_last_change_ratio NaN',
    'godwit_rebalance_last_run_timestamp_seconds -1',
    'godwit_rebalance_skipped_total{reason="a b"} 4',
    'godwit_rebalance_skipped_total{reason="NotIdle",x="y"} 4',
    'other_metric 1',
    ...hostileStrings.map((text) => `godwit_rebalance_skipped_total{reason="${text}"} 1`),
  ];
  expect(readRebalance(lines.join('\n'))).toEqual(readRebalance(''));
});

test('no more reasons are kept than there could be', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const reasons = [...letters].flatMap((one) => [...letters].map((other) => `${one}${other}`));
  const text = reasons.map((reason) => `godwit_rebalance_skipped_total{reason="${reason}"} 1`).join('\n');
  expect(readRebalance(text).skipped.size).toBe(200);
});
