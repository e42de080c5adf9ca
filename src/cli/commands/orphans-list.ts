import { orphanJson } from '../../report/json/orphan.ts';
import { orphansText } from '../../report/text/orphans.ts';
import { defineCommand } from '../command.ts';
import { openConfig } from '../open-config.ts';

export const orphansList = defineCommand({
  name: 'orphans list',
  summary: 'List replicas with our tag that nothing on record accounts for',
  arguments: {},
  options: {},
  examples: ['godwit orphans list', 'godwit orphans list -o json'],
  formats: ['table', 'json', 'yaml', 'name'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const report = await app.findOrphans(config, app.interrupted);
    const { orphans, unseen } = report;
    return {
      exit: unseen.length === 0 ? 'done' : 'unknown',
      json: { kind: 'Orphans', items: orphans.map(orphanJson), unseen },
      text: orphansText(report, app.clock.nowMs(), out.dataStyle),
      names: orphans.map(({ replica }) => replica.id),
      ...(unseen.length > 0 ? { note: 'There may be more: not every site could be read.' } : {}),
    };
  },
});
