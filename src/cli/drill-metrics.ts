/** What monitoring is told of drills. */
import type { Config } from '../model/config.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillEnd, DrillEntry, DrillRun } from '../model/drill-run.ts';
import type { Expression } from '../model/expression.ts';
import type { DrillRecords } from '../ports/drill-records.ts';
import { achievedMs } from '../report/drill-figures.ts';
import type { DrillMetrics } from '../report/metrics-view.ts';
import { hasEnd } from './drill-runs.ts';

/** Records that are read for it, the newest first: who scrapes must not slow the loop. */
const mostRecords = 30;

interface Ended {
  readonly drill: string;
  readonly beganAtMs: number;
  readonly end: DrillEnd;
  /** Undefined: it was not seen to its end. */
  readonly recoveryMs: number | undefined;
}

/** Records that have ended are read once. Undefined: they cannot be read now. */
export function createDrillLook(
  { drills = [] }: Config,
  open: () => Promise<DrillRecords>,
  recount: Recount,
): () => Promise<readonly DrillMetrics[] | undefined> {
  const known = new Map<string, Ended>();
  return async () => {
    if (drills.length === 0) return [];
    try {
      const runs = await newestEnded(await open(), recount, known);
      return drills.map((drill) =>
        tell(
          drill,
          runs.filter((run) => run.drill === drill.name),
        ),
      );
    } catch {
      // What cannot be seen has no series, as everywhere here.
      return undefined;
    }
  };
}

type Recount = (entries: readonly DrillEntry[]) => Promise<DrillRun>;

async function newestEnded(
  records: DrillRecords,
  recount: Recount,
  known: Map<string, Ended>,
): Promise<readonly Ended[]> {
  const ids = (await records.list()).slice(0, mostRecords);
  for (const id of ids.filter((each) => !known.has(each))) {
    const sight = await records.read(id);
    if (sight?.kind !== 'whole') continue;
    if (!hasEnd(sight.entries)) continue;
    const run = await recount(sight.entries);
    const { drill, beganAtMs, end } = run;
    known.set(id, { drill: drill.name, beganAtMs, end, recoveryMs: achievedMs(run) });
  }
  for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** `runs`: of this drill, the newest first. */
function tell(drill: Drill, runs: readonly Ended[]): DrillMetrics {
  const [objectiveMs] = drill.hypothesis.flatMap(objectiveOf);
  return {
    ...{ drill: drill.name, deployment: drill.deployment, verdict: runs[0]?.end.verdict },
    passedAtMs: runs.find(({ end }) => end.verdict === 'passed')?.beganAtMs,
    ...{ recoveryMs: runs.find(({ recoveryMs }) => recoveryMs !== undefined)?.recoveryMs, objectiveMs },
  };
}

function objectiveOf(claim: Expression): readonly number[] {
  return claim.kind === 'comparison' && claim.signal === 'recoveryTime' && typeof claim.value === 'number'
    ? [claim.value]
    : [];
}
