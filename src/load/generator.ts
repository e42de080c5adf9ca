/** The load of drills: real requests to a gateway, counted by the second in which they were due. */
import type { LoadRecord } from '../model/load.ts';
import type { LoadGenerator } from '../ports/load.ts';
import type { Random } from '../ports/random.ts';
import { readReplay } from './replay.ts';
import { scheduleGenerated, scheduleReplay } from './schedule.ts';
import { createSeconds } from './seconds.ts';
import { startSending } from './send.ts';

export interface LoadDeps {
  /** Lengths of prompts and answers. */
  readonly random: Random;
  /** Told of each request at its end. */
  readonly onEnd?: (record: LoadRecord) => void;
}

/** At most 2,000 requests are without an answer at once: what is more is skipped, and counted. */
export function createLoadGenerator({ random, onEnd }: LoadDeps): LoadGenerator {
  return {
    async start(plan, target) {
      const schedule =
        plan.source === 'generated'
          ? scheduleGenerated(plan, random)
          : scheduleReplay(await readReplay(plan.path, plan.requestsPerSecond === undefined), plan.requestsPerSecond);
      // Whole: its sums with whole times of the schedule are exact, so that none counts in the second before its own.
      const startedMs = Math.ceil(performance.now());
      const seconds = createSeconds(startedMs, Date.now());
      const sending = startSending(schedule, target, startedMs, {
        ...seconds,
        onEnd(record) {
          seconds.onEnd(record);
          onEnd?.(record);
        },
      });
      return {
        take: () => seconds.take(sending.sentBeforeMs()),
        async stop() {
          await sending.leave();
          return seconds.takeAll();
        },
      };
    },
  };
}
