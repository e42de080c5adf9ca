/** A load whose every request is kept: for minutes, not for hours. */
import type { LoadRecord } from '../model/load.ts';
import type { LoadTarget } from '../ports/load.ts';
import { isStreamAt } from './schedule.ts';
import { startSending } from './send.ts';

export interface LoadOptions extends LoadTarget {
  readonly requestsPerSecond: number;
  /** Share of streams, 0–1. */
  readonly streamShare: number;
  readonly maxTokens: number;
}

export interface CollectedLoad {
  /** Finished requests so far, in order of their end. */
  records(): readonly LoadRecord[];
  /** Requests left out: 2,000 were unanswered at the time. */
  skipped(): number;
  /** Sends nothing more; resolves when everything sent has ended. */
  stop(): Promise<void>;
}

/** The words of its prompt, which is always the same. */
const promptTokens = 6;

export function startLoad({ url, model, timeoutMs, ...plan }: LoadOptions): CollectedLoad {
  const records: LoadRecord[] = [];
  let skipped = 0;
  const schedule = {
    dueMs: (n: number) => (n * 1000) / plan.requestsPerSecond,
    request: (n: number) => ({
      isStream: isStreamAt(n, plan.streamShare),
      promptTokens,
      outputTokens: plan.maxTokens,
    }),
  };
  const sending = startSending(schedule, { url, model, timeoutMs }, performance.now(), {
    onDue: () => undefined,
    onSkip: () => {
      skipped += 1;
    },
    onEnd: (record) => records.push(record),
  });
  return { records: () => records, skipped: () => skipped, stop: () => sending.finish() };
}
