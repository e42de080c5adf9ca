import type { Drill } from '../../../src/model/drill.ts';
import type { DrillBody, DrillEnd, DrillEntry, DrillRun, DrillSample } from '../../../src/model/drill-run.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana } from '../../store/support/drill-drafts.ts';
import { nowMs } from './models.ts';

export interface GivenRun {
  readonly id: string;
  readonly drill?: Drill;
  readonly beganAtMs?: number;
  readonly slotMs?: number;
  /** `undefined`: it has no end. */
  readonly end?: Partial<DrillEnd> | undefined;
  /** From the fault, five seconds after the beginning, to the beginning of the last request that was lost. */
  readonly recoveryMs?: number;
  readonly lost?: number;
  readonly firstTokenMs?: number;
}

const passed: DrillEnd = {
  ...{ verdict: 'passed', because: [], claims: [], phases: [], undo: 'verified' },
  ...{ cutShort: undefined, by: 'runner' },
};

/** A minute of samples and of the load, with a fault after five seconds. */
export async function addRun(records: DrillRecords, given: GivenRun): Promise<void> {
  const { id, drill = drillOf(), beganAtMs = nowMs - 3_600_000, slotMs, recoveryMs = 0, lost = 0 } = given;
  const faultAtMs = beganAtMs + 5000;
  const drafts = bodiesOf(given).map((body, index) => ({ atMs: beganAtMs + index, monoMs: index, body }));
  await records.append(id, drafts);

  function bodiesOf({ firstTokenMs }: GivenRun): readonly DrillBody[] {
    const begin: DrillBody = {
      ...{ kind: 'begin', id, drill, by: ana, reason: 'practice', configDigest: '3fa1aaaaaaaa', version: '1.2.3' },
      ...(slotMs === undefined ? {} : { slotMs }),
    };
    const samples = Array.from({ length: 61 }, (_, second) => second * 1000).map((afterMs): DrillBody => {
      const isLater = beganAtMs + afterMs > faultAtMs;
      const lostNow = isLater ? lost : 0;
      const sample: DrillSample = {
        ...{ atMs: beganAtMs + afterMs, ended: 1000 + afterMs / 100, open: 0, lost: lostNow, sites: [] },
        ...{ lostStartAtMs: lostNow === 0 ? undefined : faultAtMs + recoveryMs, weights: { 'site-a': 100 } },
      };
      return { kind: 'sample', sample };
    });
    const load: DrillBody = {
      kind: 'load',
      second: {
        ...{ atMs: faultAtMs, due: 10, ok: 10, failed: 0, cut: 0, skipped: 0, open: 0, statuses: {}, sites: {} },
        firstTokenMs: { p50: undefined, p95: firstTokenMs, p99: undefined, max: undefined },
        interTokenMs: { p50: undefined, p95: undefined, p99: undefined, max: undefined },
      },
    };
    const end: DrillBody = { kind: 'end', end: { ...passed, ...given.end } };
    return [begin, ...samples, load, ...('end' in given && given.end === undefined ? [] : [end])];
  }
}

export async function recordsOf(...runs: readonly GivenRun[]): Promise<DrillRecords> {
  const records = openMemoryDrillRecords();
  for (const run of runs) await addRun(records, run);
  return records;
}

/** As much of a run as commands look at. */
export async function recounted(entries: readonly DrillEntry[]): Promise<DrillRun> {
  const of = <K extends DrillBody['kind']>(kind: K) =>
    entries.flatMap(({ body }) => (body.kind === kind ? [body as Extract<DrillBody, { kind: K }>] : []));
  const [begin] = of('begin');
  const [end] = of('end');
  const first = entries[0];
  if (begin === undefined || end === undefined || first === undefined) throw new Error('a record with an end');
  const { kind, slotMs, ...told } = begin;
  return {
    ...{ ...told, slotMs, beganAtMs: first.atMs, faultAtMs: first.atMs + 5000, undoneAtMs: first.atMs + 40_000 },
    ...{ endedAtMs: first.atMs + 60_000, end: end.end, before: undefined, after: undefined, stages: [], checks: [] },
    ...{ actions: [], decisions: [], operations: [], steps: [], samples: of('sample').map(({ sample }) => sample) },
    ...{ load: of('load').map(({ second }) => second), notes: [] },
    findings: of('finding').map(({ finding }) => finding),
    head: entries.at(-1)?.hash ?? '',
  };
}
