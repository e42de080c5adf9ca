/** After a drill the traffic goes back to where it was, and what automation did counts against no budget. */
import { moveKinds, type Operation } from '../../model/operation.ts';
import type { Weights } from '../../model/route.ts';
import { sameWeights } from '../../model/weights.ts';
import type { Wish } from '../../model/wish.ts';
import { carryOut } from '../carry-out.ts';
import { createReading } from '../reading.ts';
import { say } from '../say.ts';
import { type Left, leftUnderWay, tryAgain } from './patience.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { readSample } from './sample.ts';
import { lookForTaker, reasonOf } from './taken.ts';

/** How long the way back itself may take, in milliseconds. */
const returnWithinMs = 120_000;
const readTimeoutMs = 2000;

/** Once the faults are undone. Undefined: the weights are those from before. Otherwise why not, and what to do. */
export function giveBack(rehearsal: Rehearsal, before: Weights): Promise<string | undefined> {
  return tryAgain(rehearsal.deps.clock, what(rehearsal), () => tryBack(rehearsal, before));
}

async function tryBack(rehearsal: Rehearsal, before: Weights): Promise<Left> {
  const { deps, drill } = rehearsal;
  const more = (left: string): Left => ({ left, isOver: false });
  const taken = await lookForTaker(rehearsal);
  if (taken.kind === 'seen' && taken.value !== undefined)
    return { left: `the weights are not those from before, and stay: ${taken.value}`, isOver: true };
  const operations = await operationsOf(rehearsal);
  const underWay = await leftUnderWay(rehearsal, operations);
  if (underWay !== undefined) return underWay;
  const sample = await readSample(rehearsal);
  const isBack = sample !== undefined && sameWeights(sample.weights, before);
  if (isBack || !operations.some(({ plan }) => isMove(plan))) return { left: undefined, isOver: true };
  if (sample === undefined) return more(`${what(rehearsal)} (the gateway is not seen)`);
  // The first that left them, whatever came of it and after it: one way back for all of them.
  const first = operations.find(({ plan }) => isMove(plan) && sameWeights(plan.before, before));
  if (first === undefined) return { left: what(rehearsal), isOver: true };
  if (!(await isProven(rehearsal, before))) return more(`${what(rehearsal)} once it is healthy`);
  if (taken.kind === 'unknown') return more(`${what(rehearsal)} (${taken.error.message})`);
  const wish: Wish = {
    ...{ deployment: drill.deployment, kind: 'return', from: undefined, to: undefined, yields: true },
    ...{ operationId: first.id, reason: reasonOf(rehearsal) },
  };
  const end = await carryOut(deps, wish, { timeoutMs: returnWithinMs }, new AbortController().signal);
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
