/** What the tests of one AWS site ask it with, on a clock on which a minute is three seconds. */
import type { Reply, Seen } from '../../../../src/model/outcome.ts';
import type { WriteCall } from '../../../../src/ports/call.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { launch } from './site.ts';

export const fastClock = createFastClock(20);

export const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };

export function callOf(idempotencyKey: string, change: Partial<WriteCall> = {}): WriteCall {
  const deadlineAtMonoMs = fastClock.monoMs() + 120_000;
  const signal = new AbortController().signal;
  return { signal, deadlineAtMonoMs, operationId: 'op-1', epoch: 1, idempotencyKey, ...change };
}

export function doneOf<T>(reply: Reply<T>): T {
  if (reply.kind !== 'done') throw new Error(`not done: ${JSON.stringify(reply)}`);
  return reply.value;
}

export function seenOf<T>(sight: Seen<T> | undefined): T {
  if (sight?.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value;
}
