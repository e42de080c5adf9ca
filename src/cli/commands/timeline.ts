import { timelineOf } from '../../engine/look-back.ts';
import { timelineJson } from '../../report/json/timeline.ts';
import { timelineMd } from '../../report/md/timeline.ts';
import { timelineText } from '../../report/text/timeline.ts';
import { defineCommand } from '../command.ts';
import { findOperation } from '../find-operation.ts';
import { flag, requiredText } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

export const timeline = defineCommand({
  name: 'timeline',
  summary: 'Show what happened around an operation, with the notes people wrote',
  arguments: { op: requiredText('op', 'an operation (op-...), or `last`') },
  options: { md: flag('--md', 'Markdown, for the tool incidents are written up in; the same as -o md') },
  examples: [
    'godwit timeline last',
    'godwit timeline op-7f3k -o md         to paste where the incident is told',
    'godwit note "users called" --op last  adds a line to it',
  ],
  formats: ['table', 'md', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const store = await app.openStore(config);
    try {
      const told = await timelineOf(store, await findOperation(store, input.arguments.op));
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
