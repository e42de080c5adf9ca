/** After a drill the traffic goes back to where it was, and what automation did counts against no budget. */

import { moveKinds, type Operation } from '../../model/operation.ts';
import type { Weights } from '../../model/route.ts';
import { sameWeights } from '../../model/weights.ts';
import { carryOut } from '../carry-out.ts';
import { createReading } from '../reading.ts';
import { say } from '../say.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { readSample } from './sample.ts';

/** How long what is under way may take to end, and the origin to be proven again, in milliseconds. */
const patienceMs = 120_000;
const pauseMs = 500;
const readTimeoutMs = 2000;

/** Once the faults are undone. Undefined: the weights are those from before. Otherwise why not, and what to do. */
export async function giveBack(rehearsal: Rehearsal, before: Weights | undefined): Promise<string | undefined> {
  const { deps, drill } = rehearsal;
  const what = `the weights are not those from before: godwit failback ${drill.deployment}`;
  if (before === undefined) return undefined;
  if (
    !(await isSoon(rehearsal, async () =>
      (await operationsOf(rehearsal)).every(({ endedAtMs }) => endedAtMs !== undefined),
    ))
  )
    return `an operation is under way still: godwit op list`;
  // The last first: each goes back to where the one before it had brought the traffic.
  for (const { id } of (await operationsOf(rehearsal)).filter(isMove).toReversed()) {
    if (await isBack(rehearsal, before)) return undefined;
    if (!(await isSoon(rehearsal, () => isProven(rehearsal, before)))) return `${what} once it is healthy`;
    const wish = {
      deployment: drill.deployment,
      kind: 'return',
      from: undefined,
      to: undefined,
      yields: true,
    } as const;
    const reason = `drill ${rehearsal.id} is over`;
    const end = await carryOut(deps, { ...wish, operationId: id, reason }, { timeoutMs: patienceMs }, calm());
    if (end.kind === 'refused') return `${what} (${end.reasons.map(({ message }) => message).join('; ')})`;
    if (end.kind === 'ended') rehearsal.say(`${end.operation.id} return ${end.operation.state}`);
  }
  return (await isBack(rehearsal, before)) ? undefined : what;
}

function isMove({ plan, state }: Operation): boolean {
  return plan.trigger === 'automatic' && state === 'done' && moveKinds.some((kind) => kind === plan.kind);
}

async function isBack(rehearsal: Rehearsal, before: Weights): Promise<boolean> {
  const sample = await readSample(rehearsal);
  return sample !== undefined && sameWeights(sample.weights, before);
}

/** The gateway’s own table says which sites are proven. */
async function isProven({ deps, drill }: Rehearsal, before: Weights): Promise<boolean> {
  const reading = createReading(deps.clock, readTimeoutMs);
  const route = await reading(undefined, (call) => deps.traffic.read(drill.deployment, call));
  const proven = route.kind === 'seen' ? (route.value?.spill ?? []).map(({ site }) => site) : [];
  return Object.keys(before).every((site) => (before[site] ?? 0) === 0 || proven.includes(site));
}

async function isSoon({ deps: { clock } }: Rehearsal, holds: () => Promise<boolean>): Promise<boolean> {
  for (const untilMonoMs = clock.monoMs() + patienceMs; clock.monoMs() < untilMonoMs; ) {
    if (await holds()) return true;
    await clock.sleep(pauseMs, calm());
  }
  return false;
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
