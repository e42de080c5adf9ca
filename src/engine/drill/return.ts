/** After a drill the traffic goes back to where it was, and what automation did counts against no budget. */

import { messageOf } from '../../errors.ts';
import { moveKinds, type Operation } from '../../model/operation.ts';
import type { Weights } from '../../model/route.ts';
import { sameWeights } from '../../model/weights.ts';
import type { Wish } from '../../model/wish.ts';
import { carryOut } from '../carry-out.ts';
import { createReading } from '../reading.ts';
import { say } from '../say.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { readSample } from './sample.ts';
import { reasonOf, takenBy } from './taken.ts';

/** How long all of it may take before the last try begins, in milliseconds: what is under way ends, the origin is proven again. */
const patienceMs = 120_000;
const pauseMs = 500;
const readTimeoutMs = 2000;

/** What is left to do. `isOver`: trying again would change nothing. */
interface Left {
  readonly left: string | undefined;
  readonly isOver: boolean;
}

/** Once the faults are undone. Undefined: the weights are those from before. Otherwise why not, and what to do. */
export async function giveBack(rehearsal: Rehearsal, before: Weights): Promise<string | undefined> {
  const { clock } = rehearsal.deps;
  for (const untilMonoMs = clock.monoMs() + patienceMs; ; ) {
    // One answer that was lost, or a disk that was full for a moment, must not leave the traffic where it is.
    const { left, isOver } = await tryBack(rehearsal, before).catch(
      (thrown: unknown): Left => ({ left: `${what(rehearsal)} (${messageOf(thrown)})`, isOver: false }),
    );
    if (isOver || clock.monoMs() >= untilMonoMs) return left;
    await clock.sleep(pauseMs, calm());
  }
}

async function tryBack(rehearsal: Rehearsal, before: Weights): Promise<Left> {
  const { deps, drill } = rehearsal;
  const more = (left: string): Left => ({ left, isOver: false });
  const taken = await takenBy(rehearsal);
  if (taken !== undefined) return { left: `the weights are not those from before, and stay: ${taken}`, isOver: true };
  const operations = await operationsOf(rehearsal);
  if (operations.some(({ endedAtMs }) => endedAtMs === undefined))
    return more('an operation is under way still: godwit op list');
  const sample = await readSample(rehearsal);
  const isBack = sample !== undefined && sameWeights(sample.weights, before);
  if (isBack || !operations.some(({ plan }) => isMove(plan))) return { left: undefined, isOver: true };
  if (sample === undefined) return more(`${what(rehearsal)} (the gateway is not seen)`);
  // The first that left them, whatever came of it and after it: one way back for all of them.
  const first = operations.find(({ plan }) => isMove(plan) && sameWeights(plan.before, before));
  if (first === undefined) return { left: what(rehearsal), isOver: true };
  if (!(await isProven(rehearsal, before))) return more(`${what(rehearsal)} once it is healthy`);
  const wish: Wish = {
    ...{ deployment: drill.deployment, kind: 'return', from: undefined, to: undefined, yields: true },
    ...{ operationId: first.id, reason: reasonOf(rehearsal) },
  };
  const end = await carryOut(deps, wish, { timeoutMs: patienceMs }, calm());
  if (end.kind === 'refused')
    return more(`${what(rehearsal)} (${end.reasons.map(({ message }) => message).join('; ')})`);
  if (end.kind === 'ended') rehearsal.say(`${end.operation.id} return ${end.operation.state}`);
  return more(what(rehearsal));
}

function what({ drill }: Rehearsal): string {
  return `the weights are not those from before: godwit failback ${drill.deployment}`;
}

/** Of automation, or of the drill itself. */
function isMove({ trigger, kind, yields }: Operation['plan']): boolean {
  const isOurs = yields === true && kind !== 'return';
  return (trigger === 'automatic' || isOurs) && moveKinds.some((each) => each === kind);
}

/** The gateway’s own table says which sites are proven. */
async function isProven({ deps, drill }: Rehearsal, before: Weights): Promise<boolean> {
  const reading = createReading(deps.clock, readTimeoutMs);
  const route = await reading(undefined, (call) => deps.traffic.read(drill.deployment, call));
  const proven = route.kind === 'seen' ? (route.value?.spill ?? []).map(({ site }) => site) : [];
  return Object.keys(before).every((site) => (before[site] ?? 0) === 0 || proven.includes(site));
}

/** A failover that was rehearsed must not hold back the one that is needed. */
export async function acknowledge(rehearsal: Rehearsal): Promise<void> {
  const { deps, drill, id } = rehearsal;
  const failovers = (await operationsOf(rehearsal)).filter(
    ({ plan }) => plan.kind === 'failover' && plan.trigger === 'automatic',
  );
  if (failovers.length === 0) return;
  const standing = { kind: 'ack', reason: `drill ${id}`, untilMs: undefined } as const;
  await say(deps, { kind: 'set', deployment: drill.deployment, standing });
}

/** What comes after a drill is not cut short: it ends by its own time. */
function calm(): AbortSignal {
  return new AbortController().signal;
}
