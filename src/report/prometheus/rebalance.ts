/** Families about `godwit rebalance`, for the textfile collector of a node exporter: each run adds to what the last one wrote. */
import { expositionText, type Family, type Sample } from './exposition.ts';

/** What a run that has ended tells. */
export interface RebalanceRun {
  /** Epoch milliseconds. */
  readonly endedAtMs: number;
  readonly exitCode: number;
  /** Share of the traffic that it moved, 0–1; undefined: it did not get that far. */
  readonly changeRatio: number | undefined;
  /** The code of the reason it did nothing for; undefined: it was not skipped. */
  readonly skipped: string | undefined;
}

/** What the file holds; undefined is what no run has told yet. */
export interface RebalanceMetrics {
  readonly lastRunS: number | undefined;
  readonly lastSuccessS: number | undefined;
  readonly lastExitCode: number | undefined;
  readonly lastChangeRatio: number | undefined;
  /** How many runs did nothing, by the code of the reason. */
  readonly skipped: ReadonlyMap<string, number>;
}

const names = {
  lastRunS: 'godwit_rebalance_last_run_timestamp_seconds',
  lastSuccessS: 'godwit_rebalance_last_success_timestamp_seconds',
  lastExitCode: 'godwit_rebalance_last_exit_code',
  lastChangeRatio: 'godwit_rebalance_last_change_ratio',
  skipped: 'godwit_rebalance_skipped_total',
} as const;

/** Reason codes are words, the longest of them short: what looks otherwise is not ours. */
const sampleLine = /^(godwit_rebalance_[a-z_]+)(?:\{reason="([A-Za-z]{1,60})"\})? (\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;

/** More reasons than there are codes cannot be ours. */
const mostReasons = 200;

/** Of an earlier file. Whatever is not understood is as if it was not there. */
export function readRebalance(text: string): RebalanceMetrics {
  const plain = new Map<string, number>();
  const skipped = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', reason, typed] = sampleLine.exec(line) ?? [];
    const value = Number(typed);
    if (!Number.isFinite(value)) continue;
    if (reason === undefined) plain.set(name, value);
    else if (name === names.skipped && skipped.size < mostReasons) skipped.set(reason, value);
  }
  return {
    lastRunS: plain.get(names.lastRunS),
    lastSuccessS: plain.get(names.lastSuccessS),
    lastExitCode: plain.get(names.lastExitCode),
    lastChangeRatio: plain.get(names.lastChangeRatio),
    skipped,
  };
}

/** A run that ends with 0 is a success, also one that was skipped: the schedule works, and nothing had to be done. */
export function afterRun(earlier: RebalanceMetrics, run: RebalanceRun): RebalanceMetrics {
  const endedAtS = run.endedAtMs / 1000;
  const skipped = new Map(earlier.skipped);
  if (run.skipped !== undefined) skipped.set(run.skipped, (skipped.get(run.skipped) ?? 0) + 1);
  return {
    lastRunS: endedAtS,
    lastSuccessS: run.exitCode === 0 ? endedAtS : earlier.lastSuccessS,
    lastExitCode: run.exitCode,
    lastChangeRatio: run.changeRatio ?? earlier.lastChangeRatio,
    skipped,
  };
}

/** The whole file, with its last line break; no sample carries a time of its own, which the collector refuses. */
export function rebalanceText(metrics: RebalanceMetrics): string {
  const samples = [...metrics.skipped].map(([reason, value]) => ({ labels: { reason }, value }));
  return expositionText([
    gauge(names.lastRunS, 'When the last rebalance ended, whatever came of it.', metrics.lastRunS),
    gauge(names.lastSuccessS, 'When the last rebalance ended that ended with exit code 0.', metrics.lastSuccessS),
    gauge(names.lastExitCode, 'Exit code of the last rebalance: godwit help exit-codes.', metrics.lastExitCode),
    gauge(names.lastChangeRatio, 'Share of the traffic that the last rebalance moved.', metrics.lastChangeRatio),
    { name: names.skipped, help: 'Rebalances that did nothing, by the reason.', type: 'counter', samples },
  ]);
}

function gauge(name: string, help: string, value: number | undefined): Family {
  const samples: readonly Sample[] = value === undefined ? [] : [{ labels: {}, value }];
  return { name, help, type: 'gauge', samples };
}
