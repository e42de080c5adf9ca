import { type OperationKind, operationKinds, type Trigger } from '../../model/operation.ts';
import type { Store } from '../../ports/store.ts';
import { operationJson } from '../../report/json/operation.ts';
import { historyText } from '../../report/text/history.ts';
import { defineCommand } from '../command.ts';
import { choices, duration, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

const usualMs = 7 * 86_400_000;
/** More operations than a person reads. */
const mostOperations = 200;
/** Looked through for those of one trigger, at most. */
const mostLookedAt = 5000;

const triggers: Readonly<Record<'manual' | 'auto', Trigger>> = { manual: 'manual', auto: 'automatic' };

export const history = defineCommand({
  name: 'history',
  summary: 'List what was done, newest first',
  arguments: { deployment: text('deployment', 'as named in the configuration; otherwise all', 'deployment') },
  options: {
    since: duration('--since <time>', 'how far back, such as 24h; otherwise a week'),
    trigger: choices('--trigger <who>', 'manual (a person), auto, or both with a comma', ['manual', 'auto']),
    kind: choices('--kind <kinds>', 'such as failover or shift,switchover', operationKinds),
  },
  examples: [
    'godwit history',
    'godwit history chat --since 24h --trigger auto',
    'godwit history --kind failover,failback -o wide',
    'godwit history -o name                          ids, for other commands',
  ],
  formats: ['table', 'wide', 'json', 'yaml', 'jsonl', 'name'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const name = input.arguments.deployment;
    const { since, trigger, kind } = input.options;
    const asked: Asked = {
      deployment: name === undefined ? undefined : findDeployment(config, name).name,
      sinceMs: app.clock.nowMs() - (since ?? usualMs),
      triggers: trigger?.map((word) => triggers[word]),
      kinds: kind,
    };
    const store = await app.openStore(config);
    const { shown, isCut } = await find(store, asked).finally(() => store.close());
    const lines = shown.map((operation) => ({ type: 'operation', ...operationJson(operation) }));
    const how = out.format === 'wide' ? 'wide' : 'usual';
    return {
      exit: 'done',
      json: { kind: 'History', isCut, items: shown.map(operationJson) },
      text: shown.length === 0 ? 'Nothing was done in that time.' : historyText(shown, out.dataStyle, how),
      lines,
      names: shown.map(({ id }) => id),
      ...(isCut ? { note: `Only the newest ${mostOperations}: ask for less with --since` } : {}),
      ...(shown.length > 0 && !isCut ? { note: `More on one:  godwit explain ${shown[0]?.id}` } : {}),
    };
  },
});

interface Asked {
  readonly deployment: string | undefined;
  readonly sinceMs: number;
  /** Undefined: whoever set it off. */
  readonly triggers: readonly Trigger[] | undefined;
  readonly kinds: readonly OperationKind[] | undefined;
}

async function find(store: Store, { deployment, sinceMs, triggers, kinds }: Asked) {
  const limit = triggers === undefined ? mostOperations + 1 : mostLookedAt;
  const about = { ...(deployment === undefined ? {} : { deployment }), ...(kinds === undefined ? {} : { kinds }) };
  const found = await store.operations.list({ sinceMs, limit, ...about });
  const wanted = found.filter(({ plan }) => triggers?.includes(plan.trigger) ?? true);
  return { shown: wanted.slice(0, mostOperations), isCut: wanted.length > mostOperations || found.length >= limit };
}
