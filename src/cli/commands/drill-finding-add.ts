import type { Finding } from '../../model/drill-run.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { endedEntries, findRun } from '../drill-runs.ts';
import { choice, dayText, requiredText, text, words } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

const severities = ['low', 'medium', 'high'] as const satisfies readonly Finding['severity'][];

export const drillFindingAdd = defineCommand({
  name: 'drill finding add',
  summary: 'Write what you found out about a run into its record, behind its end',
  arguments: {
    run: requiredText('run', 'a run, a drill (its newest run), or `last`', ['run', 'drill']),
    text: words('text', 'what was found, in quotes'),
  },
  options: {
    severity: choice('--severity <how>', 'low, medium or high', severities, 'medium'),
    owner: text('--owner <who>', 'who sees to it'),
    due: dayText('--due <day>', 'by when, such as 2026-12-24'),
  },
  examples: [
    'godwit drill finding add last "the page came after 4 minutes"',
    'godwit drill finding add site-loss "no page" --severity high --due 2026-12-24',
  ],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { run: typed, text: said }, options: { severity, owner, due }, globals }, app) {
    const config = await openConfig(app, globals);
    const found = await findRun(await app.drillRecords(config), typed);
    // Nothing is written behind a record that was changed, or has no end.
    endedEntries(found);
    const finding = await app.addFinding(config, found.id, { text: said, severity, owner, due });
    const { number, by } = finding;
    return {
      exit: 'done',
      json: {
        ...{ kind: 'DrillFinding', run: found.id, number, text: said, severity },
        ...{ owner: owner ?? null, due: due ?? null, by },
      },
      text: `Finding ${number} of ${sanitize(found.id, 60)}: it is in the record.`,
    };
  },
});
