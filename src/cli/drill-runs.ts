/** Runs of drills as their records tell them, and which of them was meant. */
import { GodwitError } from '../errors.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillEntry, Verdict } from '../model/drill-run.ts';
import type { DrillRecordSight, DrillRecords } from '../ports/drill-records.ts';

/** Records that are looked through for one drill's, the newest first: a year of daily runs. */
const mostRecords = 400;

/** `under-way`: it has no end, because it goes on or because whoever ran it died. */
export interface RunSummary {
  readonly id: string;
  /** As it was in the configuration then. */
  readonly drill: Drill;
  readonly beganAtMs: number;
  readonly slotMs: number | undefined;
  readonly verdict: Verdict | 'under-way' | 'broken';
}

/** Undefined: there is no beginning to be read. */
export function summaryOf(sight: DrillRecordSight): RunSummary | undefined {
  const [first] = sight.entries;
  if (first?.body.kind !== 'begin') return undefined;
  const { id, drill, slotMs } = first.body;
  const end = sight.entries.findLast(({ body }) => body.kind === 'end')?.body;
  const verdict = sight.kind === 'broken' ? 'broken' : end?.kind === 'end' ? end.end.verdict : 'under-way';
  return { id, drill, beganAtMs: first.atMs, slotMs, verdict };
}

/** A run that was meant, and its record. `id`: as its record has it. */
export interface FoundRun {
  readonly id: string;
  readonly sight: DrillRecordSight;
}

/** The newest runs first, until `isEnough`, and no more than are worth reading. */
export async function* newestRuns(
  records: DrillRecords,
  limit = mostRecords,
): AsyncGenerator<FoundRun & { readonly summary: RunSummary }> {
  for (const id of (await records.list()).slice(0, limit)) {
    const sight = await records.read(id);
    const summary = sight === undefined ? undefined : summaryOf(sight);
    if (sight !== undefined && summary !== undefined) yield { id, sight, summary };
  }
}

/** By its id, by its drill's name (the newest run of it), or `last`: the newest of all. Throws `NotFound`. */
export async function findRun(records: DrillRecords, typed: string): Promise<FoundRun> {
  const ids = await records.list();
  if (ids.length === 0) throw new GodwitError('NotFound', 'no drill has run yet', { hint: 'godwit drill list' });
  if (ids.includes(typed)) {
    const sight = await records.read(typed);
    if (sight !== undefined) return { id: typed, sight };
  }
  for await (const { id, sight, summary } of newestRuns(records))
    if (typed === 'last' || summary.drill.name === typed) return { id, sight };
  throw new GodwitError('NotFound', `there is no run "${typed}", nor one of a drill of that name`, {
    hint: 'godwit drill list',
  });
}

/** What a report is made of. Throws `StoreCorrupt` for a record that was changed, `NotFound` for one without an end. */
export function endedEntries({ id, sight }: FoundRun): readonly DrillEntry[] {
  if (sight.kind === 'broken')
    throw new GodwitError('StoreCorrupt', `the record of ${id} is broken at entry ${sight.seq}: ${sight.why}`, {
      hint: `it proves nothing; what is whole of it:  godwit drill report verify ${id}`,
      details: { run: id, seq: sight.seq },
    });
  if (sight.entries.some(({ body }) => body.kind === 'end')) return sight.entries;
  throw new GodwitError('NotFound', `the record of ${id} has no end: it is under way, or whoever ran it died`, {
    hint: 'godwit drill list',
  });
}
