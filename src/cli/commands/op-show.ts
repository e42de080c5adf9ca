import { lookBackAt } from '../../engine/look-back.ts';
import { explanationJson } from '../../report/json/explanation.ts';
import { explanationText } from '../../report/text/explanation.ts';
import { heldText } from '../change/outcome.ts';
import { defineCommand } from '../command.ts';
import { findOperation } from '../find-operation.ts';
import { requiredText } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

export const opShow = defineCommand({
  name: 'op show',
  summary: 'Show one operation with its steps',
  arguments: { operation: requiredText('operation', 'op-..., or `last`', 'operation') },
  options: {},
  examples: ['godwit op show last'],
  formats: ['table', 'json'],
  async run({ arguments: given, globals }, app, out) {
    const config = await openConfig(app, globals);
    const store = await app.openStore(config);
    try {
      const operation = await findOperation(store, given.operation);
      const explanation = await lookBackAt(store, operation);
      return {
        exit: 'done',
        json: { kind: 'OperationSteps', ...explanationJson(explanation) },
        text: explanationText(explanation, out.dataStyle),
        ...(operation.state === 'held' ? { note: heldText(operation, operation.id) } : {}),
      };
    } finally {
      await store.close();
    }
  },
});
