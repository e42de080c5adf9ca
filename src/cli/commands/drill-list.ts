import type { Config } from '../../model/config.ts';
import type { Drill } from '../../model/drill.ts';
import type { TrafficDriver } from '../../ports/traffic-driver.ts';
import { drillJson } from '../../report/json/drill.ts';
import { type DrillRow, drillListText } from '../../report/text/drill-list.ts';
import { iso } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { isWritten, lastRuns } from '../drill-runs.ts';
import { duenessOf } from '../drill-slots.ts';
import { openConfig } from '../open-config.ts';
import { readFaultSight } from '../read-fault-sight.ts';

export const drillList = defineCommand({
  name: 'drill list',
  summary: 'List the drills of the configuration, and what came of them last',
  arguments: {},
  options: {},
  examples: ['godwit drill list', 'godwit drill list -o json'],
  formats: ['table', 'json', 'yaml', 'name'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const traffic = await app.connectTraffic(config);
    const rows = await drillRows(app, config, (drill) => runningOf(drill, traffic, app));
    return {
      exit: 'done',
      json: { kind: 'DrillList', items: rows.map(drillRowJson) },
      text: drillListText(rows, out.dataStyle),
      names: rows.map(({ drill }) => drill.name),
    };
  },
});

async function runningOf(drill: Drill, traffic: TrafficDriver, app: App): Promise<DrillRow['running']> {
  const seen = await readFaultSight(traffic, drill.deployment, app.clock);
  return seen.kind === 'unknown' ? 'unseen' : seen.value.inForce.find((each) => each.drill === drill.name)?.run;
}

/** Every drill of the configuration, in its order. */
export async function drillRows(
  app: App,
  config: Config,
  running: (drill: Drill) => Promise<DrillRow['running']>,
): Promise<readonly DrillRow[]> {
  const drills = config.drills ?? [];
  const past = await lastRuns(
    await app.drillRecords(config),
    drills.map(({ name }) => name),
  );
  return await Promise.all(
    drills.map(async (drill): Promise<DrillRow> => {
      const recent = past.get(drill.name)?.recent ?? [];
      const nowMs = app.clock.nowMs();
      const due = await duenessOf(drill, recent, nowMs);
      const [last] = recent;
      // Before it breaks anything, and after it has undone it, the gateway knows nothing of it.
      const written = last !== undefined && isWritten(last, nowMs) ? last.id : undefined;
      return { drill, running: (await running(drill)) ?? written, last, due };
    }),
  );
}

/** One row for machines. */
export function drillRowJson({ drill, running, last, due }: DrillRow) {
  const at = (ms: number | undefined): string | null => (ms === undefined ? null : iso(ms));
  return {
    ...drillJson(drill),
    running: running ?? null,
    last: last === undefined ? null : { run: last.id, beganAt: iso(last.beganAtMs), verdict: last.verdict },
    due: due === undefined ? null : { since: at(due.sinceMs), next: at(due.nextMs) },
  };
}
