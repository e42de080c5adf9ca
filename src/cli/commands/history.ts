import type { Config } from '../../model/config.ts';
import { type OperationKind, operationKinds, type Trigger } from '../../model/operation.ts';
import type { Store } from '../../ports/store.ts';
import { operationJson } from '../../report/json/operation.ts';
import { drillHistoryText } from '../../report/text/drill-list.ts';
import { historyText } from '../../report/text/history.ts';
import { iso } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import type { RunSummary } from '../drill-runs.ts';
import { choices, duration, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

const usualMs = 7 * 86_400_000;
/** More operations than a person reads. */
const mostOperations = 200;
/** Looked through for those of one trigger, at most. */
const mostLookedAt = 5000;

const triggers: Readonly<Record<'manual' | 'auto' | 'rebalance' | 'drill', Trigger | undefined>> = {
  ...{ manual: 'manual', auto: 'automatic', rebalance: 'rebalance' },
  // Drills are no operations: they are told beside them.
  drill: undefined,
};

export const history = defineCommand({
  name: 'history',
  summary: 'List what was done, newest first',
  arguments: { deployment: text('deployment', 'as named in the configuration; otherwise all', 'deployment') },
  options: {
    since: duration('--since <time>', 'how far back, such as 24h; otherwise a week'),
    trigger: choices('--trigger <who>', 'manual (a person), auto, rebalance, drill, or some with commas', [
      'manual',
      'auto',
      'rebalance',
      'drill',
    ]),
    kind: choices('--kind <kinds>', 'such as failover or shift,switchover', operationKinds),
  },
  examples: [
    'godwit history',
    'godwit history chat --since 24h --trigger auto',
    'godwit history --kind failover,failback -o wide',
    'godwit history --trigger drill --since 7d       what was rehearsed',
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
      triggers: trigger?.flatMap((word) => triggers[word] ?? []),
      kinds: kind,
    };
    const store = await app.openStore(config);
    const { shown, isCut } = await find(store, asked).finally(() => store.close());
    const lines = shown.map((operation) => ({ type: 'operation', ...operationJson(operation) }));
    const how = out.format === 'wide' ? 'wide' : 'usual';
    if (trigger?.includes('drill') === true) {
      const runs = await drillsSince(app, config, asked);
      return {
        exit: 'done',
        json: { kind: 'History', isCut, items: shown.map(operationJson), drills: runs.map(runJson) },
        text: [
          ...(shown.length === 0 ? [] : [historyText(shown, out.dataStyle, how)]),
          runs.length === 0 ? 'No drill ran in that time.' : drillHistoryText(runs, out.dataStyle),
        ].join('\n\n'),
        lines: [...lines, ...runs.map((run) => ({ type: 'drill', ...runJson(run) }))],
        names: [...shown.map(({ id }) => id), ...runs.map(({ id }) => id)],
        ...(runs.length === 0 ? {} : { note: `More on one:  godwit drill report ${runs[0]?.id}` }),
      };
    }
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

/** The newest first. */
async function drillsSince(app: App, config: Config, { deployment, sinceMs }: Asked): Promise<readonly RunSummary[]> {
  const { newestRuns } = await import('../drill-runs.ts');
  const runs: RunSummary[] = [];
  for await (const { summary } of newestRuns(await app.drillRecords(config), mostOperations)) {
    if (summary.beganAtMs < sinceMs) break;
    if (deployment === undefined || summary.drill.deployment === deployment) runs.push(summary);
  }
  return runs;
}

function runJson({ id, drill, beganAtMs, slotMs, verdict }: RunSummary) {
  return {
    ...{ run: id, drill: drill.name, deployment: drill.deployment, beganAt: iso(beganAtMs), verdict },
    slotAt: slotMs === undefined ? null : iso(slotMs),
  };
}
