/** One change from wish to outcome: previewed, shown, confirmed, carried out, told how it ended. */
import { askedBefore } from '../../engine/asked-before.ts';
import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { PlanBasis } from '../../model/plan-basis.ts';
import type { Preview } from '../../model/preview.ts';
import type { Reason } from '../../model/reason.ts';
import type { Wish } from '../../model/wish.ts';
import { planJson } from '../../report/json/plan.ts';
import { planText } from '../../report/text/plan.ts';
import type { App } from '../app.ts';
import type { Globals, Outcome } from '../command.ts';
import { askToConfirm, type Confirmed } from '../confirm.ts';
import { findDeployment } from '../open-config.ts';
import type { Output } from '../output.ts';
import { carryOutWatched } from './carry.ts';
import { carryOutOptions, needsReason, type Terms } from './options.ts';
import { interruptedOutcome, nothingToDo, refusalExit } from './outcome.ts';
import { outcomeWithDrains } from './outcome-with-drains.ts';
import { planDigest, stepsDigest } from './plan-digest.ts';
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
  const settled = await settle(preview, change, app, out);
  if (settled.kind === 'over') return settled.outcome;
  const { basis } = settled;
  return await carry(basis === undefined ? change : { ...change, wish: { ...wish, expect: basis } }, app, out);
}

async function carry({ config, wish, terms }: Change, app: App, out: Output): Promise<Outcome> {
  const end = await carryOutWatched({ app, config, out }, wish, carryOutOptions(terms));
  return await outcomeWithDrains(end, { deployment: wish.deployment, app, out, waits: terms.wait }, config);
}

async function isKnownRequest({ config, wish, terms: { requestId } }: Change, app: App): Promise<boolean> {
  if (requestId === undefined) return false;
  const store = await app.openStore(config).catch((thrown: unknown) => {
    // Before any state exists nothing was asked before.
    if (thrown instanceof GodwitError && thrown.code === 'NotFound') return undefined;
    throw thrown;
  });
  if (store === undefined) return false;
  try {
    return (await askedBefore(store.operations, wish, requestId)).known !== undefined;
  } finally {
    await store.close();
  }
}

type Settled =
  | { readonly kind: 'over'; readonly outcome: Outcome }
  /** Confirmed; only over this world, where somebody has looked at it or said so. */
  | { readonly kind: 'go'; readonly basis: PlanBasis | undefined };

/** A plan that is another one at each look is not asked for again without end. */
export const mostQuestions = 3;

/** While somebody reads a plan the world moves: what they answered for is what is carried out, or they are asked again. */
async function settle(first: Preview, change: Change, app: App, out: Output): Promise<Settled> {
  const { config, wish, terms } = change;
  let preview = first;
  for (let questions = 1; questions <= mostQuestions; questions += 1) {
    const refused = refusalOf(preview, change, app, out);
    if (refused !== undefined) return { kind: 'over', outcome: refused };
    const confirmed = await ask(preview, change, app, out);
    if (confirmed.kind === 'declined') return { kind: 'over', outcome: confirmed.outcome };
    if (confirmed.kind === 'given')
      return { kind: 'go', basis: terms.ifDigest === undefined ? undefined : preview.planned?.basis };
    const now = await app.preview(config, wish, app.interrupted);
    if (app.interrupted.aborted) return { kind: 'over', outcome: interruptedOutcome(wish.deployment, app) };
    const refusedNow = refusalOf(now, change, app, out);
    if (refusedNow !== undefined) return { kind: 'over', outcome: refusedNow };
    // What waits is there for the world to move.
    if (seenOf(now) === seenOf(preview)) return { kind: 'go', basis: now.isWaiting ? undefined : now.planned?.basis };
    out.warn('The plan is another one than the one you answered for. Now it is:');
    preview = now;
  }
  const message = `the plan was another one after each of ${mostQuestions} questions`;
  const outcome = refusedPlan(preview, [{ code: 'WorldMoved', message }], change, app, out);
  return { kind: 'over', outcome };
}

/** What a person answers for: the steps, and how dangerous they are. */
export function seenOf({ planned }: Preview): string {
  return planned === undefined ? 'none' : `${stepsDigest(planned.basis)} ${planned.forecast.danger.level}`;
}

async function ask(preview: Preview, change: Change, app: App, out: Output): Promise<Confirmed> {
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
  return await askToConfirm(question, { yes: terms.yes, confirm: terms.confirm, globals }, app, out);
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
  const deployment = findDeployment(config, wish.deployment);
  const lacksReason = wish.reason === undefined && needsReason(wish, deployment, config);
  const next = commandLine({ typed, configPath: config.path, add: lacksReason ? ['--reason', 'WHY'] : [] });
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
