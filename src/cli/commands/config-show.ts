import { defineCommand } from '../command.ts';
import { flag } from '../inputs.ts';

export const configShow = defineCommand({
  name: 'config show',
  summary: 'Print the configuration, or with --resolved every value in force',
  arguments: {},
  options: { resolved: flag('--resolved', 'every value in force, defaults too, and where each comes from') },
  examples: ['godwit config show', 'godwit config show --resolved'],
  formats: ['table', 'json'],
  async run(input, app) {
    const shown = await app.config.show(input.globals.config, { isResolved: input.options.resolved });
    return { exit: 'done', json: { kind: 'Config', config: shown.json }, text: shown.text.replace(/\n$/, '') };
  },
});
