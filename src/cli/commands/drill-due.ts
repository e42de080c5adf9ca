import { drillDueText } from '../../report/text/drill-list.ts';
import { defineCommand } from '../command.ts';
import { openConfig } from '../open-config.ts';
import { drillRowJson, drillRows } from './drill-list.ts';

export const drillDue = defineCommand({
  name: 'drill due',
  summary: 'Show which drills their schedule wants run, and when they ran last',
  arguments: {},
  options: {},
  examples: ['godwit drill due', 'godwit drill due -o name                     those that are due'],
  formats: ['table', 'json', 'yaml', 'name'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const rows = (await drillRows(app, config, async () => undefined))
      .filter(({ due }) => due !== undefined)
      .toSorted((a, b) => (a.due?.sinceMs ?? Number.MAX_VALUE) - (b.due?.sinceMs ?? Number.MAX_VALUE));
    return {
      exit: 'done',
      json: { kind: 'DrillDue', items: rows.map(drillRowJson).map(({ running, ...row }) => row) },
      text: drillDueText(rows, app.clock.nowMs(), out.dataStyle),
      names: rows.filter(({ due }) => due?.sinceMs !== undefined).map(({ drill }) => drill.name),
    };
  },
});
