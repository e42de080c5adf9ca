import { awaitOperation } from '../await-operation.ts';
import { defineCommand } from '../command.ts';
import { duration, requiredText } from '../inputs.ts';
import { lineReporter } from '../line-reporter.ts';
import { openConfig } from '../open-config.ts';

const shared = {
  arguments: { operation: requiredText('operation', 'op-..., or `last`', 'operation') },
  options: { timeout: duration('--timeout <time>', 'how long to wait, such as 10m; the operation itself goes on') },
} as const;

export const opWait = defineCommand({
  name: 'op wait',
  summary: 'Wait until an operation is over or held; the exit code says how',
  ...shared,
  examples: ['godwit op wait last --timeout 10m && echo done'],
  formats: ['table', 'json'],
  async run({ arguments: { operation }, options, globals }, app, out) {
    const config = await openConfig(app, globals);
    return await awaitOperation({ operation, timeoutMs: options.timeout, tell: undefined }, config, app, out);
  },
});

export const opWatch = defineCommand({
  name: 'op watch',
  summary: 'Show the steps of an operation as they happen, until its end',
  ...shared,
  examples: ['godwit op watch last'],
  formats: ['table', 'jsonl'],
  async run({ arguments: { operation }, options, globals }, app, out) {
    const config = await openConfig(app, globals);
    const { report } = lineReporter(out);
    return await awaitOperation({ operation, timeoutMs: options.timeout, tell: report }, config, app, out);
  },
});
