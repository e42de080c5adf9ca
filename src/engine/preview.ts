/** What would be done, before anything is: looks, decides and plans as the controller would, and changes nothing. */
import { basisOf, driftOf, inputDrift, isCarriedOut } from '../core/basis.ts';
import { diagnose } from '../core/diagnose.ts';
import { forecastOf } from '../core/forecast.ts';
import { alternativesTo } from '../core/instead.ts';
import { makePlan } from '../core/plan/plan.ts';
import { holdsOff } from '../core/precedence.ts';
import type { PastRun } from '../core/predict.ts';
import { againstAction, isWaiting } from '../core/requests.ts';
import { wishAction } from '../core/wishes.ts';
import { assert } from '../errors.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Preview } from '../model/preview.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { isOrder, type Wish } from '../model/wish.ts';
import type { EngineDeps } from './engine.ts';
import { lookOnce } from './look-once.ts';

/** For verbs; an order is about something that is under way and has nothing to plan. */
export async function preview(deps: EngineDeps, wish: Wish, signal: AbortSignal): Promise<Preview> {
  assert(!isOrder(wish.kind), `${wish.kind} has no plan`);
  const deployment = deps.config.deployments.find(({ name }) => name === wish.deployment);
  assert(deployment !== undefined, `unknown deployment ${wish.deployment}`);
  const { view, seenBy } = await lookOnce(deps, deployment, wish.kind, signal);
  const judging: Judging = { deps, view, nowMs: deps.clock.nowMs(), past: await pastRuns(deps, view) };
  const diagnosis = diagnose(view, judging.nowMs);
  const { planned, against } = judge(judging, wish, diagnosis);
  const isWaitedFor = isWaiting(against);
  const isRefused = against.some(({ code }) => code !== 'AlreadyThere' && code !== 'OperationRunning') && !isWaitedFor;
  const sites = view.sites.map(({ site }) => site.name);
  const works = (other: Wish): boolean => judge(judging, other, diagnosis).against.length === 0;
  const instead = isRefused ? alternativesTo(wish, sites, works) : [];
  return { wish, view, diagnosis, planned, against, isWaiting: isWaitedFor, instead, seenBy };
}

interface Judging {
  readonly deps: EngineDeps;
  readonly view: View;
  readonly nowMs: number;
  readonly past: readonly PastRun[];
}

/** As the holder of the lease would, from the same view. */
function judge(
  { deps, view, nowMs, past }: Judging,
  wish: Wish,
  diagnosis: Diagnosis,
): Pick<Preview, 'planned' | 'against'> {
  const { kind } = wish;
  if (isOrder(kind)) return { planned: undefined, against: [] };
  const wished = wishAction(view, { ...wish, kind, id: 'preview', by: deps.actor }, diagnosis, nowMs);
  // Without the table nobody knows what moves from where: a plan made of nothing would mislead.
  if (view.route.kind === 'unknown' && wished.kind === 'action')
    return { planned: undefined, against: againstAction(view, wished.action, diagnosis, nowMs) };
  if (wished.kind === 'refused')
    return { planned: undefined, against: refusedWish(wish.expect, wished.reason, view, nowMs) };
  const { action } = wished;
  const { open } = view;
  const running: readonly Reason[] =
    open !== undefined && holdsOff(open)
      ? [{ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` }]
      : [];
  const rules = [...running, ...againstAction(view, action, diagnosis, nowMs)];
  const drift = wish.expect === undefined || rules.length > 0 ? [] : driftOf(wish.expect, view, action, nowMs);
  const against = [...rules, ...drift];
  const plan = makePlan(action, view, nowMs);
  const isProtected = deps.config.isProtected === true;
  const forecast = forecastOf(view, { plan, action, against, past, isProtected, reason: wish.reason }, nowMs);
  return { planned: { action, plan, basis: basisOf(view, action, nowMs), forecast }, against };
}

/** What was planned and is of no use any more: because the world has moved, not because it is so already. */
function refusedWish(expect: Wish['expect'], reason: Reason, view: View, nowMs: number): readonly Reason[] {
  const drift = expect === undefined || isCarriedOut(expect, view) ? [] : inputDrift(expect, view, nowMs);
  return drift.length > 0 ? drift : [reason];
}

/** Operations that are looked at for how long their steps took. */
const mostPast = 20;

async function pastRuns({ store }: EngineDeps, { recent }: View): Promise<readonly PastRun[]> {
  return await Promise.all(
    recent.slice(0, mostPast).map(async (operation): Promise<PastRun> => {
      return { operation, entries: await store.journal.read({ operationId: operation.id }) };
    }),
  );
}
