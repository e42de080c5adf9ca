import { suggestion } from '../../config/nearest.ts';
import { decisionAt, lookBackAt } from '../../engine/look-back.ts';
import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { RecordedDecision } from '../../model/explanation.ts';
import type { Store } from '../../ports/store.ts';
import { decidedJson, explanationJson } from '../../report/json/explanation.ts';
import { codePages } from '../../report/text/code-pages.ts';
import { codePageText, explanationText, whyNotText } from '../../report/text/explanation.ts';
import { iso } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { findOperation } from '../find-operation.ts';
import { text } from '../inputs.ts';
import { momentOf } from '../moment.ts';
import { findDeployment, openConfig } from '../open-config.ts';
import type { Output } from '../output.ts';

export const explain = defineCommand({
  name: 'explain',
  summary: 'Say why something was done, or why not, or what a code means',
  arguments: {
    what: text('what', 'an operation (op-...), `last`, a run of a drill (dr-...), or a code such as CoolDown', [
      'operation',
      'run',
      'code',
    ]),
  },
  options: {
    whyNot: text('--why-not <deployment>', 'why nothing was done for it', 'deployment'),
    at: text('--at <time>', 'with --why-not: at that time, such as 02:51 (UTC); otherwise now'),
  },
  examples: [
    'godwit explain last                            the newest operation, by step',
    'godwit explain --why-not chat --at 02:51       why nothing was done then',
    'godwit explain CoolDown                        what a code means, what to do',
  ],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const { what = 'last' } = input.arguments;
    const { whyNot, at } = input.options;
    if (whyNot !== undefined && input.arguments.what !== undefined)
      throw new GodwitError('UsageInvalid', 'say what to explain, or --why-not, not both');
    if (at !== undefined && whyNot === undefined)
      throw new GodwitError('UsageInvalid', '--at goes with --why-not', { hint: 'godwit explain --help' });
    if (whyNot === undefined && what !== 'last' && !/^(op|dr)-/.test(what)) return pageOf(what, out);
    const config = await openConfig(app, input.globals);
    if (whyNot === undefined && what.startsWith('dr-')) return await tellDrill(what, config, app, out);
    const store = await app.openStore(config);
    try {
      if (whyNot !== undefined) return await tellWhyNot(whyNot, at, { config, store, app, out });
      const explanation = await lookBackAt(store, await findOperation(store, what));
      return {
        exit: 'done',
        json: { kind: 'Explanation', ...explanationJson(explanation) },
        text: explanationText(explanation, out.dataStyle),
      };
    } finally {
      await store.close();
    }
  },
});

/** What it came to, and why; what automation did meanwhile is explained by its own id. */
async function tellDrill(typed: string, config: Config, app: App, out: Output): Promise<Outcome> {
  const [{ endedEntries, findRun }, { drillRunText }, { drillRunJson }] = await Promise.all([
    import('../drill-runs.ts'),
    import('../../report/text/drill.ts'),
    import('../../report/json/drill.ts'),
  ]);
  const run = await app.recount(endedEntries(await findRun(await app.drillRecords(config), typed)));
  const [operation] = run.operations;
  return {
    exit: 'done',
    json: { kind: 'DrillReport', ...drillRunJson(run) },
    text: drillRunText(run, out.dataStyle),
    note: `By the minute:  godwit timeline ${run.id}${operation === undefined ? '' : `;  why it moved:  godwit explain ${operation.id}`}`,
  };
}

function pageOf(typed: string, out: Output): Outcome {
  const codes = Object.keys(codePages) as (keyof typeof codePages)[];
  const code = codes.find((each) => each.toLowerCase() === typed.toLowerCase());
  if (code === undefined)
    throw new GodwitError('NotFound', `"${typed}" is no code and no operation`, {
      hint: suggestion(typed, codes) ?? 'an operation is named op-...; godwit history lists them',
    });
  const page = codePages[code];
  return { exit: 'done', json: { kind: 'Code', code, ...page }, text: codePageText(code, page, out.dataStyle) };
}

interface Asked {
  readonly config: Config;
  readonly store: Store;
  readonly app: App;
  readonly out: Output;
}

async function tellWhyNot(name: string, at: string | undefined, { config, store, app, out }: Asked): Promise<Outcome> {
  const deployment = findDeployment(config, name).name;
  const nowMs = app.clock.nowMs();
  const askedMs = at === undefined ? nowMs : momentOf(at, nowMs);
  const told =
    (at === undefined ? await newest(store, deployment) : undefined) ?? (await decisionAt(store, deployment, askedMs));
  if (told === undefined)
    throw new GodwitError('NotFound', `nothing was decided for ${deployment} by then: no controller had looked at it`, {
      hint: `godwit status ${deployment}`,
    });
  return {
    exit: 'done',
    json: { kind: 'WhyNot', deployment, askedAt: iso(askedMs), ...decidedJson(told) },
    text: whyNotText(deployment, told, askedMs, out.dataStyle),
  };
}

/** What the controller saw last is newer than the record, which holds only news. */
async function newest(store: Store, deployment: string): Promise<RecordedDecision | undefined> {
  const snapshot = await store.snapshots.get(deployment);
  if (snapshot === undefined) return undefined;
  return { decision: snapshot.decision, atMs: snapshot.atMs, seq: undefined, by: undefined };
}
