import { defineCommand } from '../command.ts';

export const configSchema = defineCommand({
  name: 'config schema',
  summary: 'Print the JSON Schema of the configuration, for editors',
  arguments: {},
  options: {},
  examples: ['godwit config schema > godwit.schema.json', '# yaml-language-server: $schema=./godwit.schema.json'],
  formats: ['table'],
  async run(_, app) {
    return { exit: 'done', text: JSON.stringify(await app.config.schema(), null, 2) };
  },
});
