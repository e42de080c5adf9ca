import { handoverJson } from '../../report/json/handover.ts';
import { handoverMd } from '../../report/md/handover.ts';
import { handoverText } from '../../report/text/handover.ts';
import { defineCommand } from '../command.ts';
import { handoverView, type Seen } from '../handover-view.ts';
import { duration } from '../inputs.ts';
import { openConfig } from '../open-config.ts';
import { createWatcher } from '../sights.ts';
import { asSetNow, statusView } from '../status-view.ts';

const usualMs = 8 * 3_600_000;

export const handover = defineCommand({
  name: 'handover',
  summary: 'Say what the next person on call must know, with gaps where only you know',
  arguments: {},
  options: { since: duration('--since <time>', 'how long ago your shift began, such as 12h; otherwise 8h') },
  examples: [
    'godwit handover',
    'godwit handover --since 12h -o md      to paste where the shift is handed over',
    'godwit handover -o json',
  ],
  formats: ['table', 'md', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const watcher = createWatcher(app, config, app.interrupted);
    try {
      const all = await Promise.all(
        config.deployments.map(async (deployment): Promise<Seen> => {
          const sights = await watcher.look(deployment.name);
          // What an edit of the file has overtaken is nobody's to take back.
          return { sights: asSetNow(deployment, sights).sights, view: statusView(config, deployment, sights) };
        }),
      );
      const atMs = app.clock.nowMs();
      const shift = { fromMs: atMs - (input.options.since ?? usualMs), atMs };
      const view = handoverView(config.environment, all, shift);
      return {
        exit: 'done',
        json: { kind: 'Handover', ...handoverJson(view) },
        text: handoverText(view, out.dataStyle),
        md: handoverMd(view),
      };
    } finally {
      await watcher.close();
    }
  },
});
