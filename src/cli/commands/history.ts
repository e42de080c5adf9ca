import { operationJson } from '../../report/json/operation.ts';
import { historyText } from '../../report/text/history.ts';
import { defineCommand } from '../command.ts';
import { duration, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

const usualMs = 7 * 86_400_000;
/** More operations than a person reads. */
const mostOperations = 200;

export const history = defineCommand({
  name: 'history',
  summary: 'List what was done, newest first',
  arguments: { deployment: text('deployment', 'as named in the configuration; otherwise all', 'deployment') },
  options: { since: duration('--since <time>', 'how far back, such as 24h; otherwise a week') },
  examples: ['godwit history', 'godwit history chat --since 24h', 'godwit history -o json'],
  formats: ['table', 'json'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const name = input.arguments.deployment;
    const deployment = name === undefined ? undefined : findDeployment(config, name).name;
    const sinceMs = app.clock.nowMs() - (input.options.since ?? usualMs);
    const store = await app.openStore(config);
    try {
      const query = { sinceMs, limit: mostOperations + 1, ...(deployment === undefined ? {} : { deployment }) };
      const found = await store.operations.list(query);
      const shown = found.slice(0, mostOperations);
      const isCut = found.length > mostOperations;
      return {
        exit: 'done',
        json: { kind: 'History', isCut, items: shown.map(operationJson) },
        text: shown.length === 0 ? 'Nothing was done in that time.' : historyText(shown, out.dataStyle),
        ...(isCut ? { note: `Only the newest ${mostOperations}: ask for less with --since` } : {}),
        ...(shown.length > 0 && !isCut ? { note: `More on one:  godwit explain ${shown[0]?.id}` } : {}),
      };
    } finally {
      await store.close();
    }
  },
});
