/** Writes a run's record as it happens. */
import { GodwitError, messageOf } from '../../errors.ts';
import { type DrillBody, type DrillDraft, isMeasured } from '../../model/drill-run.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrillRecords } from '../../ports/drill-records.ts';

export interface Recorder {
  /** All that was told, whether or not the disk took it; without what a full record has no room for. */
  readonly drafts: readonly DrillDraft[];
  /** Durable when it resolves; with it what could not be written before. Rejects when the store does. */
  write(...bodies: readonly DrillBody[]): Promise<void>;
  /** The same for what must go on whatever the disk does. Why it is not on record; undefined: it is. */
  tell(...bodies: readonly DrillBody[]): Promise<string | undefined>;
}

/** For one run, one after the other. `past`: what is on record already. */
export function createRecorder(
  records: DrillRecords,
  run: string,
  clock: Clock,
  past: readonly DrillDraft[] = [],
): Recorder {
  const drafts: DrillDraft[] = [...past];
  let written = past.length;
  let last: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const rest = drafts.slice(written);
    if (rest.length === 0) return;
    try {
      await records.append(run, rest);
    } catch (thrown) {
      // How it ends must not wait behind what finds no room any more.
      if (thrown instanceof GodwitError && thrown.details['isFull'] === true)
        drafts.splice(written, rest.length, ...rest.filter(({ body }) => !isMeasured(body)));
      throw thrown;
    }
    written += rest.length;
  };
  const write = (...bodies: readonly DrillBody[]): Promise<void> => {
    drafts.push(...bodies.map((body) => ({ atMs: clock.nowMs(), monoMs: clock.monoMs(), body })));
    // Whatever became of the one before: what it left is written with this.
    last = last.then(flush, flush);
    return last;
  };
  return {
    drafts,
    write,
    tell: (...bodies) =>
      write(...bodies).then(
        () => undefined,
        (thrown: unknown) => `its record cannot be written: ${messageOf(thrown)}`,
      ),
  };
}
