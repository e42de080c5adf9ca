import { GodwitError } from '../../errors.ts';
import type { Drill } from '../../model/drill.ts';
import type { DrillRun } from '../../model/drill-run.ts';
import { type Compared, compareRuns, drillCompareText } from '../../report/text/drill-trend.ts';
import { iso } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { differingParts, endedEntries, endedRuns } from '../drill-runs.ts';
import { findRecord } from '../find-record.ts';
import { requiredText } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

/** Runs before them, of the same drill, that say how much its figures differ anyway. */
const mostEarlier = 6;

export const drillCompare = defineCommand({
  name: 'drill compare',
  summary: 'Set two runs of a drill beside each other, and say what is not chance',
  arguments: {
    before: requiredText('before', 'a run, a drill (its newest run), or a copied drill.json', ['run', 'drill']),
    now: requiredText('now', 'the other one, or `last`', ['run', 'drill']),
  },
  options: {},
  examples: ['godwit drill compare dr-2k8m4p last', 'godwit drill compare ~/evidence/drill.json site-loss -o json'],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: typed, globals }, app, out) {
    const [one, other] = [await readRun(app, typed.before, globals), await readRun(app, typed.now, globals)];
    const [before, now] = one.beganAtMs <= other.beganAtMs ? [one, other] : [other, one];
    refuseOtherDrill(before.drill, now.drill);
    const compared = compareRuns(before, now, await earlierRuns(app, globals, before, now));
    return {
      exit: 'done',
      json: {
        ...{ kind: 'DrillComparison', drill: now.drill.name, before: runJson(before), now: runJson(now) },
        figures: compared.map(comparedJson),
      },
      text: drillCompareText(before, now, compared, out.dataStyle),
    };
  },
});

async function readRun(app: App, typed: string, globals: Parameters<typeof findRecord>[1]): Promise<DrillRun> {
  return await app.recount(endedEntries(await findRecord(app, globals, typed)));
}

/** Figures of different drills say nothing about each other. Throws `UsageInvalid` with what differs. */
function refuseOtherDrill(before: Drill, now: Drill): void {
  const parts = differingParts(before, now);
  if (parts.length === 0) return;
  throw new GodwitError('UsageInvalid', `they are runs of different drills: ${parts.join(', ')} differ`, {
    hint: 'compare runs of the same drill, as it was configured then',
    details: { parts },
  });
}

/** None where there is no configuration: the runs may come from elsewhere. */
async function earlierRuns(
  app: App,
  globals: Parameters<typeof findRecord>[1],
  before: DrillRun,
  now: DrillRun,
): Promise<readonly DrillRun[]> {
  const records = await openConfig(app, globals).then(
    (config) => app.drillRecords(config),
    () => undefined,
  );
  if (records === undefined) return [before];
  const runs = await endedRuns(records, app.recount, {
    isWanted: ({ drill, beganAtMs }) => beganAtMs < now.beganAtMs && differingParts(drill, now.drill).length === 0,
    limit: mostEarlier,
  });
  return runs.some(({ id }) => id === before.id) ? runs : [before, ...runs];
}

function runJson({ id, beganAtMs, end }: DrillRun) {
  return { run: id, beganAt: iso(beganAtMs), verdict: end.verdict };
}

/** Times in milliseconds, shares 0–1. */
function comparedJson({ what, measure, before, now, isChange }: Compared) {
  return { what, measure, before: before ?? null, now: now ?? null, changed: isChange };
}
