/** Thirty plain requests and six streams a second through the gateway, and what became of them. */

import { countRecords, type LoadCounts } from '../../../src/demo/record.ts';
import { type CollectedLoad, startLoad } from '../../../src/load/collect.ts';
import type { LoadRecord } from '../../../src/model/load.ts';
import { until } from '../../driver/local-world.ts';

export interface SteadyLoad {
  /** Now, on the load's clock, milliseconds. */
  nowMs(): number;
  /** Waits until a request that began this much later than `fromMs` was answered well. */
  passes(fromMs: number, laterMs: number): Promise<void>;
  /** Requests that began in this time. */
  between(fromMs: number, toMs?: number): readonly LoadRecord[];
  counts(): LoadCounts;
  /** Plain requests that were not answered and streams that never began, with why: what no test here forgives. */
  failures(): readonly LoadRecord[];
  /** Sends nothing more, and waits until everything sent has ended. */
  stop(): Promise<void>;
}

const perSecond = 36;
const streamShare = 1 / 6;
/** Longer than anything may take here, milliseconds. */
const timeoutMs = 15_000;

export function startSteadyLoad(url: string): SteadyLoad {
  const options = { url, model: 'tiny', requestsPerSecond: perSecond, streamShare, maxTokens: 16, timeoutMs };
  const load: CollectedLoad = startLoad(options);
  const records = (): readonly LoadRecord[] => load.records();
  let stopped: Promise<void> | undefined;
  return {
    nowMs: () => performance.now(),
    async passes(fromMs, laterMs) {
      const hasPassed = () =>
        records().some(({ dueMs, outcome }) => outcome === 'ok' && dueMs >= fromMs + laterMs) || undefined;
      await until(hasPassed, `a good request ${laterMs} ms later`, laterMs + timeoutMs + 5000);
    },
    between: (fromMs, toMs = Number.POSITIVE_INFINITY) =>
      records().filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs),
    counts: () => countRecords(records()),
    failures: () =>
      records().filter(({ isStream, outcome }) => outcome === 'failed' || (outcome === 'cut' && !isStream)),
    stop() {
      stopped ??= load.stop();
      return stopped;
    },
  };
}
