import type { Operation } from '../../model/operation.ts';
import type { Store } from '../../ports/store.ts';
import { operationJson } from '../../report/json/operation.ts';
import { verdictText, verificationText } from '../../report/text/verification.ts';
import { defineCommand } from '../command.ts';
import { findOperation } from '../find-operation.ts';
import { text } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

/** Operations that are looked through for one whose end is not known. */
const mostLookedAt = 50;

export const verify = defineCommand({
  name: 'verify',
  summary: 'Settle by reading everything back how an operation ended',
  arguments: {
    operation: text('operation', 'op-... or `last`; otherwise the last one whose outcome is unknown', 'operation'),
  },
  options: {},
  examples: ['godwit verify', 'godwit verify op-9k2m -o json'],
  formats: ['table', 'json'],
  async run({ arguments: given, globals }, app, out) {
    const config = await openConfig(app, globals);
    const store = await app.openStore(config);
    const operation = await choose(store, given.operation).finally(() => store.close());
    const verification = await app.verify(config, operation, app.interrupted);
    const { verdict, checks } = verification;
    const { id, state, plan } = operation;
    const isSettled = verdict !== 'not-seen';
    if (state === 'unknown' && isSettled) {
      const said = { kind: 'note', deployment: plan.deployment, text: verdictText(verdict), operationId: id } as const;
      await app.say(config, said);
    }
    return {
      // Settled, and neither what was meant nor what was: somebody has to look.
      exit: verdict === 'something-else' ? 'failed' : isSettled ? 'done' : 'unknown',
      json: { kind: 'Verification', operation: operationJson(operation), checks, verdict },
      text: verificationText(verification, out.dataStyle),
      note: isSettled
        ? 'Nothing was changed.  What is in force:  godwit status'
        : 'Nothing was changed. Ask again once the gateway and the provider answer:  godwit verify',
    };
  },
});

async function choose(store: Store, typed: string | undefined): Promise<Operation> {
  if (typed !== undefined) return await findOperation(store, typed);
  const newest = await store.operations.list({ limit: mostLookedAt });
  return newest.find(({ state }) => state === 'unknown') ?? (await findOperation(store, 'last'));
}
