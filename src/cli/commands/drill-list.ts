import type { Drill } from '../../model/drill.ts';
import type { TrafficDriver } from '../../ports/traffic-driver.ts';
import { drillJson } from '../../report/json/drill.ts';
import { type DrillRow, drillListText } from '../../report/text/drill.ts';
import { defineCommand } from '../command.ts';
import { openConfig } from '../open-config.ts';
import { readFaultSight } from '../read-fault-sight.ts';

export const drillList = defineCommand({
  name: 'drill list',
  summary: 'List the drills of the configuration, and which one is under way',
  arguments: {},
  options: {},
  examples: ['godwit drill list'],
  formats: ['table', 'json', 'yaml', 'name'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const drills = config.drills ?? [];
    const traffic = await app.connectTraffic(config);
    const rows = await Promise.all(drills.map((drill) => rowOf(drill, traffic, app.clock)));
    return {
      exit: 'done',
      json: {
        kind: 'DrillList',
        items: rows.map(({ drill, running }) => ({ ...drillJson(drill), running: running ?? null })),
      },
      text: drillListText(rows, out.dataStyle),
      names: drills.map(({ name }) => name),
    };
  },
});

async function rowOf(
  drill: Drill,
  traffic: TrafficDriver,
  clock: Parameters<typeof readFaultSight>[2],
): Promise<DrillRow> {
  const seen = await readFaultSight(traffic, drill.deployment, clock);
  if (seen.kind === 'unknown') return { drill, running: 'unseen' };
  return { drill, running: seen.value.inForce.find((each) => each.drill === drill.name)?.run };
}
