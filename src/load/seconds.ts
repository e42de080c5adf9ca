/** Requests gathered into the seconds in which they were due. */
import type { LoadRecord, LoadSecond } from '../model/load.ts';
import { timedOut } from './ask.ts';
import { createHistogram } from './histogram.ts';
import type { SendingWatch } from './send.ts';

export interface Seconds extends SendingWatch {
  /** The oldest that are over and whose requests have all ended; all due before `sentBeforeMs` was told of. */
  take(sentBeforeMs: number): readonly LoadSecond[];
  /** All that is left. */
  takeAll(): readonly LoadSecond[];
}

/** Seconds count from `startedMs`, monotonic, which is `epochMs` for the rest of the world. */
export function createSeconds(startedMs: number, epochMs: number): Seconds {
  const kept = new Map<number, ReturnType<typeof createSecond>>();
  let oldest = 0;
  let newest = -1;
  const indexOf = (dueMs: number): number => Math.floor((dueMs - startedMs) / 1000);
  const at = (dueMs: number): ReturnType<typeof createSecond> => {
    const index = indexOf(dueMs);
    const second = kept.get(index) ?? createSecond();
    kept.set(index, second);
    newest = Math.max(newest, index);
    return second;
  };
  const takeWhile = (isWhole: (index: number) => boolean): LoadSecond[] => {
    const taken: LoadSecond[] = [];
    for (; isWhole(oldest); oldest += 1) {
      // Nothing was due in it: a replay may pause.
      taken.push((kept.get(oldest) ?? createSecond()).close(epochMs + oldest * 1000));
      kept.delete(oldest);
    }
    return taken;
  };
  return {
    onDue: (dueMs) => at(dueMs).onDue(),
    onSkip: (dueMs) => at(dueMs).onSkip(),
    onEnd: (record) => at(record.dueMs).onEnd(record),
    take: (sentBeforeMs) =>
      takeWhile(
        (index) => index < indexOf(sentBeforeMs) && index < newest + 1 && kept.get(index)?.isWaiting() !== true,
      ),
    takeAll: () => takeWhile((index) => index <= newest),
  };
}

function createSecond() {
  const ends = { ok: 0, failed: 0, cut: 0, open: 0 };
  const statuses: Record<string, number> = {};
  const sites: Record<string, number> = {};
  const first = createHistogram();
  const between = createHistogram();
  let due = 0;
  let skipped = 0;
  let ended = 0;
  return {
    onDue: () => {
      due += 1;
    },
    onSkip: () => {
      skipped += 1;
    },
    onEnd(record: LoadRecord): void {
      const { outcome, status, site, dueMs, endedMs, isStream } = record;
      ended += 1;
      // A plain answer that broke half-way is a failed request: only streams can be cut.
      ends[outcome === 'cut' && !isStream ? 'failed' : outcome] += 1;
      if (status !== undefined || outcome !== 'open') count(statuses, String(status ?? 0));
      if (site !== undefined) count(sites, site);
      // One that was refused has no such time; one that was given up has at least this.
      const hasWaited = outcome === 'open' || record.why === timedOut;
      const firstMs = record.firstTokenMs ?? (hasWaited ? endedMs : undefined);
      if (firstMs !== undefined) first.add(firstMs - dueMs);
      for (const ms of record.interTokenMs) between.add(ms);
    },
    isWaiting: () => ended + skipped < due,
    close: (atMs: number): LoadSecond => ({
      atMs,
      due,
      ...ends,
      skipped,
      // What was not sent would have waited longer than all that was: so many had no answer yet.
      firstTokenMs: first.percentiles(skipped),
      interTokenMs: between.percentiles(),
      statuses,
      sites,
    }),
  };
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
