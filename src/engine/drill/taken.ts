/** Whether a person has a hand in the deployment since a drill began: then the drill is over, and what is in force is theirs. */
import type { Operation } from '../../model/operation.ts';
import type { Seen } from '../../model/outcome.ts';
import { createReading } from '../reading.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';

/** One look at the gateway, in milliseconds. */
const readTimeoutMs = 500;

/** By whom and how; undefined: nobody, or what the gateway keeps was not seen. Rejects when the store cannot be read. */
export async function takenBy(rehearsal: Rehearsal): Promise<string | undefined> {
  const found = await lookForTaker(rehearsal);
  return found.kind === 'seen' ? found.value : undefined;
}

/** The same for whoever is about to change something: not seen is not nobody. */
export async function lookForTaker(rehearsal: Rehearsal): Promise<Seen<string | undefined>> {
  const word = await typed(rehearsal);
  return word === undefined ? await pinned(rehearsal) : seenNow(rehearsal, word);
}

/** An operation of a person’s, an order, or what stands. */
async function typed(rehearsal: Rehearsal): Promise<string | undefined> {
  const own = new Set<string>();
  for (const { id, plan, by, order } of await operationsOf(rehearsal)) {
    // What a drill asks for makes way for everybody, and is nobody's wish; that of another one is not ours.
    const isOurs = plan.yields === true && (await isOwn(rehearsal, plan));
    if (isOurs) own.add(id);
    if (plan.trigger === 'manual' && !isOurs) return `${id}: manual ${plan.kind} by ${by.name}@${by.host}`;
    if (order !== undefined) return `${id} was told to ${order.kind} by ${order.by.name}@${order.by.host}`;
  }
  return await said(rehearsal, own);
}

function seenNow<T>({ deps }: Rehearsal, value: T): Seen<T> {
  return { kind: 'seen', value, asOfMs: deps.clock.nowMs() };
}

/** Why a drill asks for something: also what tells whoever takes over that it was the same drill. */
export function reasonOf({ id }: Pick<Rehearsal, 'id'>, what = 'is over'): string {
  return `drill ${id} ${what}`;
}

async function isOwn(rehearsal: Rehearsal, { yields, requestId }: Operation['plan']): Promise<boolean> {
  if (yields !== true || requestId === undefined) return false;
  const request = await rehearsal.deps.store.operations.getRequest(requestId);
  return request?.reason?.startsWith(reasonOf(rehearsal, '')) === true;
}

/** A pause, a site taken out, a move for a time. */
async function said({ deps, drill, beganAtMs }: Rehearsal, own: ReadonlySet<string>): Promise<string | undefined> {
  const standing = await deps.store.standing.list(drill.deployment);
  const word = standing.find(
    (each) =>
      each.atMs >= beganAtMs &&
      (each.kind === 'pause' || each.kind === 'out' || (each.kind === 'shift' && !own.has(each.operationId))),
  );
  return word === undefined ? undefined : `${word.kind} by ${word.by.name}@${word.by.host}`;
}

async function pinned(rehearsal: Rehearsal): Promise<Seen<string | undefined>> {
  const { deps, drill } = rehearsal;
  const pins = deps.traffic.pins?.bind(deps.traffic);
  if (pins === undefined) return seenNow(rehearsal, undefined);
  const seen = await createReading(deps.clock, readTimeoutMs)(undefined, (call) => pins(drill.deployment, call));
  if (seen.kind === 'unknown') return seen;
  const pin = seen.value.pins.find(({ number }) => seen.value.standing.includes(number));
  return seenNow(
    rehearsal,
    pin === undefined ? undefined : `${pin.kind} kept by the gateway, by ${pin.by.name}@${pin.by.host}`,
  );
}
