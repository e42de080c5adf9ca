import { timelineOf } from '../../engine/look-back.ts';
import type { Config } from '../../model/config.ts';
import { timelineJson } from '../../report/json/timeline.ts';
import { timelineMd } from '../../report/md/timeline.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { iso } from '../../report/text/time.ts';
import { timelineText } from '../../report/text/timeline.ts';
import type { App } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { findOperation } from '../find-operation.ts';
import { flag, requiredText } from '../inputs.ts';
import { openConfig } from '../open-config.ts';
import type { Output } from '../output.ts';

export const timeline = defineCommand({
  name: 'timeline',
  summary: 'Show what happened around an operation, with the notes people wrote',
  arguments: { op: requiredText('op', 'an operation (op-...), or `last`; or a run of a drill (dr-...)') },
  options: { md: flag('--md', 'Markdown, for the tool incidents are written up in; the same as -o md') },
  examples: [
    'godwit timeline last',
    'godwit timeline op-7f3k -o md         to paste where the incident is told',
    'godwit note "users called" --op last  adds a line to it',
  ],
  formats: ['table', 'md', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { op } = input.arguments;
    if (op.startsWith('dr-')) return await tellDrill(op, input.options.md, config, app, out);
    const store = await app.openStore(config);
    try {
      const told = await timelineOf(store, await findOperation(store, op));
      const md = timelineMd(told, app.localOffsetMin);
      return {
        exit: 'done',
        json: { kind: 'Timeline', ...timelineJson(told) },
        text: input.options.md ? md : timelineText(told, app.localOffsetMin, out.dataStyle),
        md,
      };
    } finally {
      await store.close();
    }
  },
});

/** What its record says, also while the run goes on. */
async function tellDrill(typed: string, isMd: boolean, config: Config, app: App, out: Output): Promise<Outcome> {
  const [{ drillMoments }, { drillTimelineMd, drillTimelineText }, { findRun, summaryOf }] = await Promise.all([
    import('../../report/drill-timeline.ts'),
    import('../../report/text/drill-timeline.ts'),
    import('../drill-runs.ts'),
  ]);
  const { id, sight } = await findRun(await app.drillRecords(config), typed);
  const summary = summaryOf(sight);
  const [name, deployment] = [summary?.drill.name ?? '?', summary?.drill.deployment ?? '?'];
  const head = `${id}  ${sanitize(name, 60)} of ${sanitize(deployment, 40)}, ${summary?.verdict ?? 'broken'}`;
  const moments = drillMoments(sight.entries);
  const md = drillTimelineMd(head, moments, app.localOffsetMin);
  return {
    exit: 'done',
    json: {
      ...{ kind: 'DrillTimeline', run: id, drill: name, verdict: summary?.verdict ?? null },
      items: moments.map(({ atMs, text }) => ({ at: iso(atMs), text })),
    },
    text: isMd ? md : drillTimelineText(head, moments, app.localOffsetMin, out.dataStyle),
    md,
  };
}
