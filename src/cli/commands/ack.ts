import type { Operation } from '../../model/operation.ts';
import type { Store } from '../../ports/store.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { requiredText, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

/** Failovers further back hold nothing back anyway, in milliseconds. */
const dayMs = 86_400_000;

export const ack = defineCommand({
  name: 'ack',
  summary: 'Say that a failover was looked at: automation may fail over again',
  arguments: { deployment: requiredText('deployment', 'as named in the configuration') },
  options: { reason: text('--reason <text>', 'what was found, for the record') },
  examples: ['godwit ack chat', 'godwit ack chat --reason "node gke-7 replaced"'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app) {
    const config = await openConfig(app, input.globals);
    const { name } = findDeployment(config, input.arguments.deployment);
    const { reason } = input.options;
    const store = await app.openStore(config);
    const failovers = await recentFailovers(store, name, app.clock.nowMs()).finally(() => store.close());
    // Recorded also when none is known: one may have ended since.
    await app.say(config, { kind: 'set', deployment: name, standing: { kind: 'ack', reason, untilMs: undefined } });
    const ids = failovers.map(({ id }) => id);
    const shown = sanitize(name, 40);
    return {
      exit: 'done',
      json: { kind: 'Acknowledgement', deployment: name, operations: ids, reason: reason ?? null },
      text:
        ids.length === 0
          ? `Acknowledged: no failover of ${shown} in the last day was open to it.`
          : `Acknowledged ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}.\n` +
            'Earlier failovers hold nothing back any more (CoolDown, FlapBudgetSpent).',
      note: `Can it fail over again?  godwit status ${name}`,
    };
  },
});

/** Of the last day, and since they were acknowledged last; newest first. */
async function recentFailovers(store: Store, deployment: string, nowMs: number): Promise<readonly Operation[]> {
  const ackedAtMs = (await store.standing.list(deployment)).find(({ kind }) => kind === 'ack')?.atMs ?? 0;
  const query = { deployment, kinds: ['failover'], sinceMs: nowMs - dayMs } as const;
  const ended = await store.operations.list(query);
  return ended.filter(({ endedAtMs }) => endedAtMs !== undefined && endedAtMs > ackedAtMs);
}
