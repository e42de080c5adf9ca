/** Calls as the engine makes them, on a test's clock. */
import type { Reply } from '../../../../src/model/outcome.ts';
import type { WriteCall } from '../../../../src/ports/call.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { launch } from './site.ts';

export const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };

export function callsOf(clock: Clock) {
  return (idempotencyKey: string, { epoch = 1, withinMs = 120_000 } = {}): WriteCall => ({
    ...{ signal: new AbortController().signal, deadlineAtMonoMs: clock.monoMs() + withinMs },
    ...{ operationId: 'op-1', epoch, idempotencyKey },
  });
}

export function done<T>(reply: Reply<T>): T {
  if (reply.kind !== 'done') throw new Error(`not done: ${JSON.stringify(reply)}`);
  return reply.value;
}
