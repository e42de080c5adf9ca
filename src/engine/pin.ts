/** A person's word while the store is down: the gateway itself keeps it, and the next controller takes it over. */

import type { Actor } from '../model/operation.ts';
import type { Reply } from '../model/outcome.ts';
import type { Pin, PinKind } from '../model/pin.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Weights } from '../model/route.ts';
import type { Clock } from '../ports/clock.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';

export interface PinDeps {
  readonly traffic: TrafficDriver;
  readonly clock: Clock;
  readonly actor: Actor;
}

export interface PinWish {
  readonly deployment: string;
  readonly kind: PinKind;
  readonly reason: string | undefined;
  /** Milliseconds; undefined: until somebody releases it. */
  readonly forMs: number | undefined;
  /** For `return`: where to, when that is known; otherwise the gateway goes one step back. */
  readonly weights?: Weights;
}

/** One call to the gateway, in milliseconds. */
const timeoutMs = 5000;

/** A `return` that does not say where to goes back to the last weights that were others than those in force. */
export async function pinAtGateway({ traffic, clock, actor }: PinDeps, wish: PinWish): Promise<Reply<Pin>> {
  if (traffic.pin === undefined || traffic.pins === undefined) return { kind: 'refused', error: noPins };
  const call = callOf(clock);
  if (wish.kind !== 'return') return await traffic.pin({ ...wish, by: actor, weights: undefined }, call);
  if (wish.weights !== undefined) return await traffic.pin({ ...wish, by: actor, weights: wish.weights }, call);
  const seen = await traffic.pins(wish.deployment, call);
  if (seen.kind === 'unknown') return { kind: 'refused', error: seen.error };
  const { before } = seen.value;
  if (before === undefined) return { kind: 'refused', error: nothingBefore };
  return await traffic.pin({ ...wish, by: actor, weights: before }, call);
}

/** The numbers of the pins it ended; none when nothing stood. */
export async function releasePins(
  { traffic, clock, actor }: PinDeps,
  { deployment, reason }: Pick<PinWish, 'deployment' | 'reason'>,
): Promise<Reply<readonly number[]>> {
  if (traffic.release === undefined) return { kind: 'done', value: [] };
  const reply = await traffic.release({ deployment, by: actor, reason, number: undefined }, callOf(clock));
  return reply.kind === 'done' ? { kind: 'done', value: reply.value.released } : reply;
}

function callOf(clock: Clock) {
  return { signal: AbortSignal.timeout(timeoutMs), deadlineAtMonoMs: clock.monoMs() + timeoutMs };
}

const noPins: ProviderError = {
  class: 'invalid',
  code: 'NoPins',
  message: 'this traffic driver keeps no words of its own',
};

const nothingBefore: ProviderError = {
  class: 'invalid',
  code: 'NothingBefore',
  message: 'the gateway has had no other weights that it could return to',
};
