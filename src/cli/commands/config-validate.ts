import { defineCommand } from '../command.ts';

export const configValidate = defineCommand({
  name: 'config validate',
  summary: 'Check the configuration and list every mistake in it',
  arguments: {},
  options: {},
  examples: ['godwit config validate', 'godwit config validate --config godwit.yaml -o json'],
  formats: ['table', 'json'],
  async run(input, app) {
    const reading = await app.config.read(input.globals.config, { isForUse: false });
    if (reading.kind === 'invalid') {
      return {
        exit: 'usage',
        json: { kind: 'ConfigReport', valid: false, findings: reading.findings },
        note: reading.text,
      };
    }
    const { warnings } = reading;
    const { path, environment, sites, deployments, digest } = reading.config;
    const counts = `${count(sites.length, 'site')}, ${count(deployments.length, 'deployment')}`;
    return {
      exit: 'done',
      json: { kind: 'ConfigReport', valid: true, path, environment, digest, findings: warnings.findings },
      text: `${path}: valid (${environment}: ${counts}; digest ${digest})`,
      ...(warnings.text === '' ? {} : { note: warnings.text }),
    };
  },
});

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
