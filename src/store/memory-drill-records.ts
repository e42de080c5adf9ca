/** Drills' records in memory, for tests and the simulator. */
import type { DrillDraft } from '../model/drill-run.ts';
import type { DrillRecords } from '../ports/drill-records.ts';
import { checkDrafts, checkRunId, overtaken } from './drill-record-rules.ts';
import { beganAtMs, continueRecord, noRecord, type RecordEnd, readRecord } from './drill-record-text.ts';

/** Records by run, the oldest first: handles on the same shelf are as processes on the same disk. */
export type DrillShelf = Map<string, Kept>;

interface Kept {
  readonly texts: string[];
  closing: string;
  end: RecordEnd;
}

/** A handle remembers where each record ended when it last saw it, as the one on disk does. */
export function openMemoryDrillRecords(shelf: DrillShelf = new Map()): DrillRecords {
  const seen = new Map<string, RecordEnd>();
  return {
    folderOf(run) {
      checkRunId(run);
      return `/drills/${run}`;
    },
    async append(run, drafts) {
      checkRunId(run);
      if (drafts.length > 0) seen.set(run, appendTo(shelf, { run, known: seen.get(run) }, drafts));
    },
    async read(run) {
      checkRunId(run);
      const kept = shelf.get(run);
      if (kept === undefined) return undefined;
      seen.set(run, kept.end);
      return readRecord(Buffer.from(`${kept.texts.join('')}${kept.closing}`))?.sight;
    },
    async list() {
      const dated = [...shelf].map(([run, { texts }]) => ({ run, atMs: beganAtMs(texts[0] ?? '') ?? 0 }));
      return dated.toSorted((a, b) => b.atMs - a.atMs || (a.run < b.run ? 1 : -1)).map(({ run }) => run);
    },
  };
}

interface Place {
  readonly run: string;
  readonly known: RecordEnd | undefined;
}

function appendTo(shelf: DrillShelf, { run, known }: Place, drafts: readonly DrillDraft[]): RecordEnd {
  const kept = shelf.get(run) ?? { texts: [], closing: '', end: noRecord };
  if (known !== undefined && known.head.hash !== kept.end.head.hash) throw overtaken(run);
  const next = continueRecord(kept.end, drafts);
  checkDrafts(run, kept.end, drafts, next);
  kept.texts.push(next.text);
  Object.assign(kept, { closing: next.closing, end: next.end });
  shelf.set(run, kept);
  return next.end;
}
