/** What monitoring is told of drills. */
import type { Config } from '../model/config.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillEnd } from '../model/drill-run.ts';
import type { Expression } from '../model/expression.ts';
import type { DrillRecords } from '../ports/drill-records.ts';
import type { DrillMetrics } from '../report/metrics-view.ts';

/** Records that are read for it, the newest first: who scrapes must not slow the loop. */
const mostRecords = 30;

interface Ended {
  readonly drill: string;
  readonly beganAtMs: number;
  readonly end: DrillEnd;
}

/** Records that have ended are read once. Undefined: they cannot be read now. */
export function createDrillLook(
  { drills = [] }: Config,
  open: () => Promise<DrillRecords>,
): () => Promise<readonly DrillMetrics[] | undefined> {
  const known = new Map<string, Ended>();
  return async () => {
    if (drills.length === 0) return [];
    try {
      const runs = await newestEnded(await open(), known);
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

async function newestEnded(records: DrillRecords, known: Map<string, Ended>): Promise<readonly Ended[]> {
  const ids = (await records.list()).slice(0, mostRecords);
  for (const id of ids.filter((each) => !known.has(each))) {
    const sight = await records.read(id);
    if (sight?.kind !== 'whole') continue;
    const [first] = sight.entries;
    const end = sight.entries.findLast(({ body }) => body.kind === 'end')?.body;
    if (first?.body.kind === 'begin' && end?.kind === 'end')
      known.set(id, { drill: first.body.drill.name, beganAtMs: first.atMs, end: end.end });
  }
  for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** `runs`: of this drill, the newest first. */
function tell(drill: Drill, runs: readonly Ended[]): DrillMetrics {
  const [recoveryMs] = runs.flatMap(({ end }) =>
    end.claims.flatMap(({ claim, measured }) => recoveryOf(claim, measured)),
  );
  const [objectiveMs] = drill.hypothesis.flatMap((claim) =>
    claim.kind === 'comparison' ? recoveryOf(claim, claim.value) : [],
  );
  return {
    ...{ drill: drill.name, deployment: drill.deployment, verdict: runs[0]?.end.verdict },
    passedAtMs: runs.find(({ end }) => end.verdict === 'passed')?.beganAtMs,
    ...{ recoveryMs, objectiveMs },
  };
}

function recoveryOf(claim: Expression, value: number | string | undefined): readonly number[] {
  return claim.kind === 'comparison' && claim.signal === 'recoveryTime' && typeof value === 'number' ? [value] : [];
}
