/** One change from wish to outcome: previewed, shown, confirmed, carried out, told how it ended. */
import { askedBefore } from '../../engine/asked-before.ts';
import type { Config } from '../../model/config.ts';
import type { Preview } from '../../model/preview.ts';
import type { Reason } from '../../model/reason.ts';
import type { Wish } from '../../model/wish.ts';
import { planJson } from '../../report/json/plan.ts';
import { planText } from '../../report/text/plan.ts';
import type { App } from '../app.ts';
import type { Globals, Outcome } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Output } from '../output.ts';
import { carryOutWatched } from './carry.ts';
import { carryOutOptions, type Terms } from './options.ts';
import { interruptedOutcome, nothingToDo, outcomeOf, refusalExit } from './outcome.ts';
import { planDigest } from './plan-digest.ts';
import { commandLine } from './typed-line.ts';

export interface Change {
  readonly config: Config;
  readonly wish: Wish;
  readonly terms: Terms;
  readonly typed: readonly string[];
  readonly globals: Globals;
}

export async function runChange(change: Change, app: App, out: Output): Promise<Outcome> {
  const { config, wish, terms } = change;
  // Whoever asks again under the same name is told of the first: there is nothing to look at anew.
  if (!terms.dryRun && (await isKnownRequest(change, app))) return await carry(change, app, out);
  const preview = await app.preview(config, wish, app.interrupted);
  if (app.interrupted.aborted) return interruptedOutcome(wish.deployment, app);
  if (terms.dryRun) return planOutcome(preview, change, app, out);
  const before = await settleBefore(preview, change, app, out);
  if (before !== undefined) return before;
  if (terms.ifDigest !== undefined && preview.planned !== undefined)
    return await carry({ ...change, wish: { ...wish, expect: preview.planned.basis } }, app, out);
  return await carry(change, app, out);
}

async function carry({ config, wish, terms }: Change, app: App, out: Output): Promise<Outcome> {
  const end = await carryOutWatched({ app, config, out }, wish, carryOutOptions(terms));
  return outcomeOf(end, { deployment: wish.deployment, app, out, waits: terms.wait });
}

async function isKnownRequest({ config, wish, terms: { requestId } }: Change, app: App): Promise<boolean> {
  if (requestId === undefined) return false;
  const store = await app.openStore(config).catch(() => undefined);
  if (store === undefined) return false;
  try {
    return (await askedBefore(store.operations, wish, requestId)).known !== undefined;
  } finally {
    await store.close();
  }
}

/** Undefined: go on. */
async function settleBefore(preview: Preview, change: Change, app: App, out: Output): Promise<Outcome | undefined> {
  const refused = refusalOf(preview, change, app, out);
  if (refused !== undefined) return refused;
  const { wish, terms, typed, globals, config } = change;
  const danger = preview.planned?.forecast.danger ?? { level: 'moderate', why: [] };
  const isSevere = danger.level === 'severe';
  const question = {
    what: [headLine(change), planText(preview, app.clock.nowMs(), out.noteStyle)].join('\n'),
    danger,
    name: wish.deployment,
    command: commandLine({
      ...{ typed, configPath: config.path },
      add: isSevere ? ['--confirm', wish.deployment] : ['--yes'],
    }),
  };
  return await confirm(question, { yes: terms.yes, confirm: terms.confirm, globals }, app, out);
}

/** Nothing to do, refused by a rule, or another plan than the one that was looked at. */
export function refusalOf(preview: Preview, change: Change, app: App, out: Output): Outcome | undefined {
  const { against, isWaiting, wish, planned } = preview;
  const [only] = against;
  if (only?.code === 'AlreadyThere' && against.length === 1) return nothingToDo(only.message, wish);
  if (against.length > 0 && !isWaiting) return refusedPlan(preview, against, change, app, out);
  const { ifDigest } = change.terms;
  const digest = planned === undefined ? undefined : planDigest({ wish, basis: planned.basis });
  if (ifDigest === undefined || digest === ifDigest) return undefined;
  const message = `the plan has the digest ${digest ?? 'none'} now, not ${ifDigest}: look at it again with godwit plan`;
  return refusedPlan(preview, [{ code: 'WorldMoved', message }], change, app, out);
}

function refusedPlan(preview: Preview, reasons: readonly Reason[], change: Change, app: App, out: Output): Outcome {
  return {
    exit: refusalExit(reasons),
    json: { ...planJson(preview, undefined), kind: 'Operation', outcome: 'refused', reasons },
    text: [headLine(change), planText({ ...preview, against: reasons }, app.clock.nowMs(), out.dataStyle)].join('\n'),
    note: 'Nothing was changed.',
  };
}

/** What `godwit plan` prints: nothing is asked and nothing is done. */
export function planOutcome(preview: Preview, change: Change, app: App, out: Output): Outcome {
  const { planned, against, isWaiting, wish } = preview;
  const [only] = against;
  const isSo = only?.code === 'AlreadyThere' && against.length === 1;
  const digest = planned === undefined ? undefined : planDigest({ wish, basis: planned.basis });
  const text = isSo
    ? `Nothing to do: ${only.message}`
    : [headLine(change), planText(preview, app.clock.nowMs(), out.dataStyle)].join('\n');
  const isRefused = against.length > 0 && !isWaiting && !isSo;
  const { typed, config } = change;
  const next = commandLine({ typed, configPath: config.path, add: [] });
  return {
    exit: isRefused ? refusalExit(against) : 'done',
    json: { kind: 'Plan', ...planJson(preview, digest) },
    text,
    note:
      isRefused || isSo || digest === undefined
        ? 'Nothing was changed.'
        : `Nothing was changed. To do this:  ${next} --if-digest ${digest}`,
  };
}

function headLine({ config, wish }: Change): string {
  const { environment } = config;
  return `${environment}${config.isProtected === true ? ' (protected)' : ''}: ${wish.kind} of ${wish.deployment}`;
}
