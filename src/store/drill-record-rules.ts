/** What every store of drills' records refuses, and its limits. */
import { GodwitError } from '../errors.ts';
import { type DrillDraft, isMeasured } from '../model/drill-run.ts';
import type { Continued, RecordEnd } from './drill-record-text.ts';

/** Of one record: an hour at a sample a second is about 6 MiB. */
export const mostRecordBytes = 64 * 1024 * 1024;
/** How it ends, what was undone and what was found must find room in one that is full of what was measured. */
const reservedBytes = 8 * 1024 * 1024;

/** Whether it may be the name of a run, which becomes a folder's. */
export function isRunId(name: string): boolean {
  return /^dr-[a-z0-9-]{1,40}$/.test(name);
}

/** Throws `StoreFailed` for a name that is none of a run. */
export function checkRunId(run: string): void {
  if (!isRunId(run)) throw new GodwitError('StoreFailed', `"${run}" is no run of a drill`);
}

/** Throws `StoreFailed` when the record has its `end` already, or grows beyond its limit. */
export function checkDrafts(run: string, before: RecordEnd, drafts: readonly DrillDraft[], after: Continued): void {
  let { hasEnded } = before;
  for (const { body } of drafts) {
    if (hasEnded && body.kind !== 'finding')
      throw new GodwitError('StoreFailed', `the record of ${run} has ended: no ${body.kind} is added to it`, {
        hint: `see what it came to: godwit drill report ${run}`,
      });
    hasEnded ||= body.kind === 'end';
  }
  const most = mostRecordBytes - (drafts.some(({ body }) => isMeasured(body)) ? reservedBytes : 0);
  if (after.end.sizeBytes <= most) return;
  throw new GodwitError('StoreFailed', `the record of ${run} would grow beyond ${most / 1024 / 1024} MiB`, {
    hint: 'make the drill shorter',
    details: { run, isFull: true },
  });
}

/** Somebody else has written since this handle last saw the end of the record. */
export function overtaken(run: string): GodwitError {
  return new GodwitError('RevisionConflict', `somebody else has written to the record of ${run} meanwhile`, {
    hint: `look again: godwit drill report ${run}`,
    details: { run },
  });
}

/** What is not as it was written is not continued. */
export function brokenRecord(run: string, seq: number, why: string): GodwitError {
  return new GodwitError('StoreCorrupt', `the record of ${run} is broken at entry ${seq}: ${why}`, {
    hint: `nothing is added to it; see what is left:  godwit drill report verify ${run}`,
    details: { run, seq },
  });
}
