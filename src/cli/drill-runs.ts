/** Runs of drills as their records tell them, and which of them was meant. */
import { GodwitError } from '../errors.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillEntry, DrillRun, Verdict } from '../model/drill-run.ts';
import type { Actor } from '../model/operation.ts';
import type { DrillRecordSight, DrillRecords } from '../ports/drill-records.ts';

/** Records that are looked through for one drill's, the newest first: a year of daily runs. */
const mostRecords = 400;

/** Records that are looked through for one that was left: a screen at night must come. */
const mostSinceLeft = 20;

/** Whoever runs a drill writes every second; whoever undoes it in its place, more seldom. Milliseconds. */
const writtenWithinMs = 10_000;

/** `under-way`: it has no end, because it goes on or because whoever ran it died. */
export interface RunSummary {
  readonly id: string;
  /** As it was in the configuration then. */
  readonly drill: Drill;
  readonly beganAtMs: number;
  readonly slotMs: number | undefined;
  readonly verdict: Verdict | 'under-way' | 'broken';
  /** Of its last entry, epoch milliseconds. */
  readonly writtenAtMs: number;
}

/** Undefined: there is no beginning to be read. */
export function summaryOf(sight: DrillRecordSight): RunSummary | undefined {
  const [first] = sight.entries;
  if (first?.body.kind !== 'begin') return undefined;
  const { id, drill, slotMs } = first.body;
  const end = sight.entries.findLast(({ body }) => body.kind === 'end')?.body;
  const verdict = sight.kind === 'broken' ? 'broken' : end?.kind === 'end' ? end.end.verdict : 'under-way';
  const writtenAtMs = sight.entries.at(-1)?.atMs ?? first.atMs;
  return { id, drill, beganAtMs: first.atMs, slotMs, verdict, writtenAtMs };
}

/** Whether somebody is at it: it has no end, and its record was written a moment ago. */
export function isWritten(
  { verdict, writtenAtMs }: Pick<RunSummary, 'verdict' | 'writtenAtMs'>,
  nowMs: number,
): boolean {
  return verdict === 'under-way' && nowMs - writtenAtMs < writtenWithinMs;
}

/** A run that was meant, and its record. `id`: as its record has it. */
export interface FoundRun {
  readonly id: string;
  readonly sight: DrillRecordSight;
}

/** The same with what it comes to in short. */
export interface FoundSummary extends FoundRun {
  readonly summary: RunSummary;
}

/** The newest runs first, until `isEnough`, and no more than are worth reading. */
export async function* newestRuns(records: DrillRecords, limit = mostRecords): AsyncGenerator<FoundSummary> {
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

/** What a report is made of. Throws `StoreCorrupt` for a record that was changed. */
export function wholeEntries({ id, sight }: FoundRun): readonly DrillEntry[] {
  if (sight.kind === 'whole') return sight.entries;
  throw new GodwitError('StoreCorrupt', `the record of ${id} is broken at entry ${sight.seq}: ${sight.why}`, {
    hint: `it proves nothing; what is whole of it:  godwit drill report verify ${id}`,
    details: { run: id, seq: sight.seq },
  });
}

/** The newest run of that drill, or the run of that id, when it has no end; undefined: it has one, or there is none. */
export async function runWithoutEnd(records: DrillRecords, named: string): Promise<FoundSummary | undefined> {
  for await (const found of newestRuns(records))
    if (found.id === named || found.summary.drill.name === named)
      return found.summary.verdict === 'under-way' ? found : undefined;
  return undefined;
}

/** A run that was left in the middle: what it broke may be broken still. */
export interface LeftRun {
  readonly run: string;
  readonly by: Actor;
}

/** The newest run that broke anything of this deployment, when it has no end and nobody is at it; undefined: there is none such. */
export async function leftRun(records: DrillRecords, deployment: string, nowMs: number): Promise<LeftRun | undefined> {
  for await (const { id, sight, summary } of newestRuns(records, mostSinceLeft)) {
    const { drill, verdict } = summary;
    const isReal = drill.kind !== 'simulation' && drill.kind !== 'tabletop';
    // None of the others breaks anything, and no other begins while one has no end.
    if (drill.deployment !== deployment || !isReal || verdict === 'not-started') continue;
    const begin = sight.entries[0]?.body;
    const isLeft = verdict === 'under-way' && !isWritten(summary, nowMs);
    return isLeft && begin?.kind === 'begin' ? { run: id, by: begin.by } : undefined;
  }
  return undefined;
}

/** Said with a report of one that has none. */
export function noEndOf(run: string): string {
  return `its record has no end, and nobody writes it: whoever ran it is gone. What undoes it:  godwit drill undo ${run}`;
}

/** What cannot be told before its end. Throws `LeaseHeld` for a run that somebody is at. */
export function refuseUnderWay({ id, sight }: FoundRun, nowMs: number): void {
  const summary = summaryOf(sight);
  if (summary === undefined || !isWritten(summary, nowMs)) return;
  throw new GodwitError('LeaseHeld', `${id} is under way: what it comes to is told at its end`, {
    hint: `godwit status shows it, and godwit drill abort ${id} ends it`,
  });
}

/** Whether it has come to its end. */
export function hasEnd(entries: readonly DrillEntry[]): boolean {
  return entries.some(({ body }) => body.kind === 'end');
}

/** The same with an end. Throws `NotFound` without one. */
export function endedEntries(found: FoundRun): readonly DrillEntry[] {
  const entries = wholeEntries(found);
  if (hasEnd(entries)) return entries;
  throw new GodwitError('NotFound', `${found.id} has no end: it is under way, or whoever ran it died`, {
    hint: 'godwit drill list',
  });
}

/** The newest runs of each of these drills, by the drill's name: as many as tell whether it is due. */
export async function lastRuns(
  records: DrillRecords,
  drills: readonly string[],
): Promise<ReadonlyMap<string, { readonly recent: readonly RunSummary[] }>> {
  const found = new Map<string, { recent: RunSummary[] }>();
  const open = new Set(drills);
  for await (const { summary } of newestRuns(records)) {
    if (open.size === 0) break;
    const { name } = summary.drill;
    if (!open.has(name)) continue;
    const of = found.get(name) ?? { recent: [] };
    of.recent.push(summary);
    found.set(name, of);
    // One that did not start does not fill a slot: an older one may.
    if (summary.verdict !== 'not-started') open.delete(name);
  }
  return found;
}

/** Runs with an end, the newest first. */
export async function endedRuns(
  records: DrillRecords,
  recount: (entries: readonly DrillEntry[]) => Promise<DrillRun>,
  { isWanted, limit }: { readonly isWanted: (summary: RunSummary) => boolean; readonly limit: number },
): Promise<readonly DrillRun[]> {
  const runs: DrillRun[] = [];
  for await (const { sight, summary } of newestRuns(records, mostRecords)) {
    if (runs.length === limit) break;
    const hasEnd = summary.verdict !== 'under-way' && summary.verdict !== 'broken';
    if (hasEnd && isWanted(summary)) runs.push(await recount(sight.entries));
  }
  return runs;
}

/** What is said of a drill and changes nothing of what is done or measured. */
const besideIt: ReadonlySet<string> = new Set<keyof Drill>(['title', 'roles', 'schedule', 'report']);

/** What of two drills is not the same and may change a figure, by the names of its parts. */
export function differingParts(one: Drill, other: Drill): readonly string[] {
  const parts = [...new Set([...Object.keys(one), ...Object.keys(other)])] as (keyof Drill)[];
  return parts.filter((part) => !besideIt.has(part) && sorted(one[part]) !== sorted(other[part]));
}

/** JSON whose keys are in order: what was read back may have them in another. */
function sorted(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
