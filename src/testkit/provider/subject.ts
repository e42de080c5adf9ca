/** What a provider's contract is run against, and what its cases share. */
import assert from 'node:assert/strict';
import type { LaunchSpec } from '../../model/deployment.ts';
import type { Reply, Seen } from '../../model/outcome.ts';
import type { ErrorClass } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { ReadCall, WriteCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Provider, ProviderPlugin, StartRequest } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import { watched } from './watched.ts';

/** One site, empty when a case begins, with room for at least three replicas. */
export interface ProviderSubject {
  readonly plugin: ProviderPlugin;
  readonly clock: Clock;
  /** Starts a replica that stays until it is stopped. */
  readonly launch: LaunchSpec;
  /** A launch that the provider must refuse as `invalid`. */
  readonly badLaunch: LaunchSpec;
  readonly goodSettings: unknown;
  /** Settings the plugin's schema must refuse, each for a reason of its own. */
  readonly badSettings: readonly unknown[];
  /** A session as a process of its own would hold it: the same site, nothing shared in memory. */
  open(): Promise<Provider>;
  /** Takes the replica away behind the provider's back. */
  killReplica(replica: Replica): Promise<void>;
  /** What really runs at the site, counted past the provider. */
  countRunning(): Promise<number>;
  /** With `disturb`: whether the replica answers within a second. */
  isAnswering?(replica: Replica): Promise<boolean>;
  /** Ends whatever still runs and removes the state. */
  dispose(): Promise<void>;
}

/** Makes a subject anew for each case. */
export type MakeProvider<S extends ProviderSubject = ProviderSubject> = () => Promise<S>;

/** Longest time a call of a case may take, and a condition is waited for, in milliseconds. */
const patienceMs = 15_000;
const pollMs = 20;

/** A case's tools: a first session, and calls with what every call carries. */
export interface Bench<S extends ProviderSubject = ProviderSubject> {
  readonly subject: S;
  readonly provider: Provider;
  /** Another session; closed at the end of the case. */
  open(): Promise<Provider>;
  request(slot?: number): StartRequest;
  read(change?: Partial<ReadCall>): ReadCall;
  write(idempotencyKey: string, change?: Partial<WriteCall>): WriteCall;
  /** The deployment's replicas; fails when they cannot be seen. */
  replicas(from?: Provider): Promise<readonly Replica[]>;
  started(key: string, slot?: number): Promise<Replica>;
  /** Asks for the list until this boot is in it; fails when one that was asked for after the session's bound lacks it. */
  listed(replica: Replica, from?: Provider): Promise<readonly Replica[]>;
  /** Waits until the listing satisfies the condition. */
  until(what: string, holds: (replicas: readonly Replica[]) => boolean): Promise<readonly Replica[]>;
  /** Fails unless so many really run at the site; `why` says what that would break. */
  runs(count: number, why: string): Promise<void>;
  /** Asks for the same until it is done, whatever is answered before, as an engine does; never with more than `most` running. */
  insist<T>(ask: () => Promise<Reply<T>>, most?: number): Promise<T>;
}

/** The deployment all cases use. */
export const deployment = 'contract';

/** A case on a fresh site, disposed of whatever happens. */
export function providerCase<S extends ProviderSubject>(
  make: MakeProvider<S>,
  name: string,
  body: (bench: Bench<S>) => Promise<void>,
): ContractCase {
  return { name, run: () => onFreshSite(make, body) };
}

/** What `body` gives of a fresh site, which is disposed of whatever happens. */
export async function onFreshSite<S extends ProviderSubject, T>(
  make: MakeProvider<S>,
  body: (bench: Bench<S>) => Promise<T>,
): Promise<T> {
  const subject = await make();
  const sessions: Provider[] = [];
  const open = async (): Promise<Provider> => {
    const session = await subject.open();
    sessions.push(session);
    return watched(session, subject.clock);
  };
  try {
    return await body(createBench(subject, await open(), open));
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
    await subject.dispose();
  }
}

function createBench<S extends ProviderSubject>(
  subject: S,
  provider: Provider,
  open: () => Promise<Provider>,
): Bench<S> {
  const { clock } = subject;
  const read = (change: Partial<ReadCall> = {}): ReadCall => ({
    signal: new AbortController().signal,
    deadlineAtMonoMs: clock.monoMs() + patienceMs,
    ...change,
  });
  const write = (idempotencyKey: string, change: Partial<WriteCall> = {}): WriteCall => ({
    ...read(),
    operationId: 'contract-op',
    epoch: 1,
    idempotencyKey,
    ...change,
  });
  const request = (slot = 0): StartRequest => ({ deployment, model: 'tiny', slot, launch: subject.launch });
  const replicas = async (from = provider): Promise<readonly Replica[]> =>
    seen(await from.list({ deployment }, read()));
  return {
    subject,
    provider,
    open,
    read,
    write,
    request,
    replicas,
    started: async (key, slot) => done(await provider.start(request(slot), write(key))),
    async listed({ id, bootId }, from = provider) {
      const { listLagMs } = from;
      assert.ok(listLagMs >= 0 && Number.isFinite(listLagMs), `listLagMs is ${listLagMs}`);
      const sinceMonoMs = clock.monoMs();
      for (;;) {
        const askedAfterMs = clock.monoMs() - sinceMonoMs;
        const now = await replicas(from);
        if (now.some((each) => each.id === id && each.bootId === bootId)) return now;
        const late = `${id} is not listed ${askedAfterMs} ms after its start; the bound is ${listLagMs} ms`;
        assert.ok(askedAfterMs < listLagMs, late);
        await clock.sleep(Math.min(pollMs, listLagMs), new AbortController().signal);
      }
    },
    async until(what, holds) {
      const untilMonoMs = clock.monoMs() + patienceMs;
      for (;;) {
        const now = await replicas();
        if (holds(now)) return now;
        assert.ok(clock.monoMs() < untilMonoMs, `waited ${patienceMs} ms until ${what}; saw ${JSON.stringify(now)}`);
        await clock.sleep(pollMs, new AbortController().signal);
      }
    },
    async runs(count, why) {
      const running = await subject.countRunning();
      assert.equal(running, count, `${why}: ${running} run at the site, and should be ${count}`);
    },
    async insist(ask, most = 1) {
      const untilMonoMs = clock.monoMs() + patienceMs;
      for (;;) {
        const reply = await ask();
        const running = await subject.countRunning();
        assert.ok(running <= most, `${running} replicas run where ${most} were asked for`);
        if (reply.kind === 'done') return reply.value;
        assert.ok(clock.monoMs() < untilMonoMs, `not done within ${patienceMs} ms: ${JSON.stringify(reply)}`);
        await clock.sleep(pollMs, new AbortController().signal);
      }
    },
  };
}

/** What the call gave; fails when it did not get done. */
export function done<T>(reply: Reply<T>, what = 'it can be done'): T {
  assert.ok(reply.kind === 'done', `${what}: expected done, got ${JSON.stringify(reply)}`);
  return reply.value;
}

/** What was seen; fails when it could not be. */
export function seen<T>(sight: Seen<T>): T {
  assert.ok(sight.kind === 'seen', `expected to see, got ${JSON.stringify(sight)}`);
  return sight.value;
}

/** What the refusal says; fails when it is none, or one of another class. `why` says what should have been refused. */
export function refusal<T>(reply: Reply<T>, errorClass: ErrorClass, why: string): string {
  const { kind } = reply;
  assert.ok(kind === 'refused', `${why}: expected a refusal as ${errorClass}, got ${JSON.stringify(reply)}`);
  const { class: given, message } = reply.error;
  assert.equal(given, errorClass, `${why}: refused as ${given}, and should be as ${errorClass}: ${message}`);
  return message;
}
