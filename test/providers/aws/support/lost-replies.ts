/** Starts under lost replies and killed processes, as the engine goes on after each: look, and ask again for the same. */
import { expect } from 'vitest';
import type { WriteCall } from '../../../../src/ports/call.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';
import { launch } from './site.ts';

type Subject = Pick<ProviderSubject, 'open' | 'clock' | 'countRunning'>;

/** The one start all of this is about. */
export const startKey = 'op-1/0/0';
export const request = { deployment: 'chat', model: 'tiny', slot: 0, launch } as const;

export interface Tries {
  /** After which tries the process is killed, so that another session goes on, under the next epoch. */
  readonly crashes: readonly boolean[];
  /** Of the first try; default 1. */
  readonly epoch?: number;
  /** Longest time a try may take, in milliseconds; default 40 s. */
  readonly limitMs?: number;
  readonly pauseMs: number;
  /** Waits for what becomes of a launch that was accepted. */
  comesUp(id: string): Promise<boolean>;
}

/** Asks until a machine of the key runs, whatever the answers are. */
export async function startAtLast(
  { open, clock, countRunning }: Subject,
  { crashes, epoch: first = 1, limitMs = 40_000, pauseMs, comesUp }: Tries,
): Promise<Provider> {
  let session = await open();
  let epoch = first;
  const kinds: string[] = [];
  for (const isKilled of crashes) {
    const reply = await session.start(request, callOf({ clock }, startKey, epoch, limitMs));
    kinds.push(reply.kind === 'done' ? reply.kind : `${reply.kind} ${reply.error.code}`);
    expect(await countRunning(), 'never a second machine').toBeLessThanOrEqual(1);
    if (isKilled) {
      await session.close();
      session = await open();
      epoch += 1;
    }
    if (reply.kind === 'done' && (await comesUp(reply.value.id))) return session;
    await clock.sleep(pauseMs, new AbortController().signal);
  }
  throw new Error(`nothing was started: ${kinds.join()}`);
}

/** Deletes what is listed, under a later lease, until nothing is billed or it has tried for long: the test counts. */
export async function deleteAll({ clock, countRunning }: Subject, session: Provider, pauseMs: number): Promise<void> {
  for (let tries = 0; (await countRunning()) > 0 && tries < 100; tries += 1) {
    const sight = await session.list({ deployment: request.deployment }, callOf({ clock }, '', 99, 40_000));
    const replicas = sight.kind === 'seen' ? sight.value : [];
    for (const replica of replicas) await session.stop(replica, 'delete', callOf({ clock }, 'op-2/0', 99, 40_000));
    await clock.sleep(pauseMs, new AbortController().signal);
  }
}

function callOf({ clock }: Pick<Subject, 'clock'>, idempotencyKey: string, epoch: number, limitMs: number): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + limitMs;
  return { signal: new AbortController().signal, deadlineAtMonoMs, operationId: 'op-1', epoch, idempotencyKey };
}
