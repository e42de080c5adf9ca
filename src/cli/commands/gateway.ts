import { defineCommand } from '../command.ts';
import { openConfig } from '../open-config.ts';

export const gateway = defineCommand({
  name: 'gateway',
  summary: 'Carry the requests: the data plane, in the foreground',
  arguments: {},
  options: {},
  examples: [
    'godwit gateway                until SIGINT or SIGTERM',
    '# `godwit run` starts one by itself when none answers',
  ],
  formats: ['table'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    await app.runGateway(config, (line) => out.note(line), app.interrupted);
    return { exit: 'done' };
  },
});
