/** Asks for one change of a rebalancing, unless the world, the lease, the calendar or the deadline has moved on; waits where only the removal velocity is in the way. */
import { notIdle } from '../../core/placement/idle.ts';
import type { SiteMove } from '../../core/placement/site-moves.ts';
import { windowsAt } from '../../core/week-windows.ts';
import { assert } from '../../errors.ts';
import type { Reason } from '../../model/reason.ts';
import { span } from '../../model/words.ts';
import { carryOut, type WishEnd } from '../carry-out.ts';
import { lookOnce } from '../look-once.ts';
import type { Run } from './run-terms.ts';
import { longestMs, textOf, wishOf } from './site-move.ts';

/** What only the removal velocity puts off is asked for again when that lets it through: sites are emptied one at a time. */
export async function askInTime(
  run: Run,
  move: SiteMove,
  index: number,
): Promise<WishEnd | { readonly kind: 'not-asked'; readonly reasons: readonly Reason[] }> {
  const { deps, terms, signal } = run;
  for (let tries = 0; ; tries += 1) {
    const reasons = signal.aborted
      ? [{ code: 'Withdrawn', message: `interrupted before ${textOf(move)}` } as const]
      : await staleReasons(run, move);
    if (reasons.length > 0) return { kind: 'not-asked', reasons };
    terms.say(textOf(move));
    // Under its own name once more what was refused would be told again.
    const requestId = `${terms.runId}-${index}${tries === 0 ? '' : `-${tries}`}`;
    const end = await carryOut(deps, wishOf(move, terms.reason), { timeoutMs: undefined, requestId }, signal);
    const waitMs = end.kind === 'refused' && tries < mostWaits ? waitMsFor(end.reasons, deps.clock.nowMs()) : undefined;
    if (waitMs === undefined) return end;
    const late = lateReason(run, move, waitMs);
    if (late.length > 0) return { kind: 'not-asked', reasons: late };
    terms.say(
      `waiting ${span(waitMs)}: ${end.kind === 'refused' ? end.reasons.map(({ message }) => message).join('; ') : ''}`,
    );
    await deps.clock.sleep(waitMs, signal).catch(() => undefined);
  }
}

/** As often one change waits for the removal velocity. */
const mostWaits = 10;
/** A clock that is a little behind is not asked a moment too early, milliseconds. */
const marginMs = 100;

/** Until all of them are over; undefined: something else stands in the way, or nobody knows for how long. */
function waitMsFor(reasons: readonly Reason[], nowMs: number): number | undefined {
  const untilMs = reasons.map((reason) => (reason.code === 'RemovalVelocity' ? reason.untilMs : undefined));
  const known = untilMs.filter((each) => each !== undefined);
  return known.length < reasons.length ? undefined : Math.max(0, ...known.map((each) => each - nowMs)) + marginMs;
}

/** Looking takes time, too: what somebody else did meanwhile is asked after it, and whether the lease still holds last. */
async function staleReasons(run: Run, move: SiteMove): Promise<readonly Reason[]> {
  const busy = await loadReason(run, move);
  const moved = await movedReason(run, move.deployment);
  return [...moved, ...busy, ...lateReason(run, move, 0)];
}

/** Somebody else has begun to rebalance, or has done something since: empty when nobody has. */
export async function overtakenReasons(run: Run, move: SiteMove): Promise<readonly Reason[]> {
  const moved = await movedReason(run, move.deployment);
  return [...moved, ...leaseReason(run, move)];
}

/** What somebody else has done to any deployment since it was planned: empty when nobody has. */
export async function cameBetween(run: Run): Promise<readonly Reason[]> {
  return (await Promise.all([...run.known.keys()].map((deployment) => movedReason(run, deployment)))).flat();
}

/** What it may take at most does not fit any more, once it has waited so long. */
function lateReason(run: Run, move: SiteMove, waitMs: number): readonly Reason[] {
  const { deps, terms, beganAtMonoMs } = run;
  const { deadlineMs } = terms;
  const over = [...leaseReason(run, move), ...closedReason(run, move, waitMs)];
  if (over.length > 0 || deadlineMs === undefined) return over;
  const leftMs = beganAtMonoMs + deadlineMs - deps.clock.monoMs();
  const neededMs = waitMs + longestMs(deps, move);
  if (neededMs <= leftMs) return [];
  const long = `${span(neededMs)}${waitMs > 0 ? ' with the wait before it' : ''}`;
  const message = `${textOf(move)} may take ${long}, and ${span(Math.max(0, leftMs))} are left of the deadline`;
  return [{ code: 'Withdrawn', message }];
}

function leaseReason({ isOurs }: Run, move: SiteMove): readonly Reason[] {
  return isOurs() ? [] : [{ code: 'Withdrawn', message: `the lease of rebalancing ran out before ${textOf(move)}` }];
}

/** Of a scheduler's run: the windows are asked about before each change, as one may wait for longer than they are open. */
function closedReason({ deps, terms }: Run, move: SiteMove, waitMs: number): readonly Reason[] {
  const { windows } = deps.config.rebalance ?? {};
  if (terms.isScheduled !== true || windows === undefined) return [];
  const { isOpen } = windowsAt(windows.allow, windows.timezone, deps.clock.nowMs() + waitMs);
  return isOpen
    ? []
    : [{ code: 'Withdrawn', message: `rebalance.windows are closed before ${textOf(move)} can begin` }];
}

/** Somebody else has done something since: the plan is of another world. */
async function movedReason({ deps, known }: Run, deployment: string): Promise<readonly Reason[]> {
  const now = await deps.store.operations.list({ deployment, limit: recentLimit });
  const other = now.find(({ id }) => known.get(deployment)?.has(id) !== true);
  return other === undefined
    ? []
    : [
        {
          code: 'WorldMoved',
          message: `${other.id} (${other.plan.kind} of ${deployment}, ${other.plan.trigger}) came between`,
        },
      ];
}

/** Users have come back since. */
async function loadReason({ deps, terms, signal }: Run, { deployment: name }: SiteMove): Promise<readonly Reason[]> {
  if (terms.idleBelowRatio === undefined) return [];
  const deployment = deps.config.deployments.find((each) => each.name === name);
  assert(deployment !== undefined, `unknown deployment ${name}`);
  const { view } = await lookOnce(deps, deployment, 'rebalance', signal);
  return notIdle(view, terms.idleBelowRatio, deps.clock.nowMs());
}

/** As many are looked at for one that is new. */
export const recentLimit = 20;
