import { operationJson } from '../../report/json/operation.ts';
import { historyText } from '../../report/text/history.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

const mostShown = 20;

export const opList = defineCommand({
  name: 'op list',
  summary: 'List what is under way',
  arguments: {},
  options: { all: flag('--all', `also the last ${mostShown} that are over`) },
  examples: ['godwit op list', 'godwit op list --all'],
  formats: ['table', 'json'],
  async run({ options, globals }, app, out) {
    const config = await openConfig(app, globals);
    const store = await app.openStore(config);
    try {
      const found = await store.operations.list({ limit: mostShown, ...(options.all ? {} : { open: true }) });
      return {
        exit: 'done',
        json: { kind: 'Operations', items: found.map(operationJson) },
        text: found.length === 0 ? 'Nothing is under way.' : historyText(found, out.dataStyle),
        ...(found.length === 0 ? {} : { note: `More on one:  godwit op show ${found[0]?.id}` }),
      };
    } finally {
      await store.close();
    }
  },
});
