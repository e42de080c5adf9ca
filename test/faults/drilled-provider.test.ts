import { expect, test } from 'vitest';
import { nextAttempt } from '../../src/core/backoff.ts';
import { withDrilledProvider } from '../../src/faults/drilled-provider.ts';
import { createLook } from '../../src/faults/look.ts';
import type { Fault, FaultSight } from '../../src/model/fault.ts';
import type { Reply, Seen } from '../../src/model/outcome.ts';
import type { ProviderError } from '../../src/model/provider-error.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Provider } from '../../src/ports/provider.ts';
import { createManualClock } from '../../src/testkit/manual-clock.ts';
import { blackhole } from '../core/support/view.ts';

const launch = { command: ['serve'], env: {}, startupTimeoutMs: 1, stopGraceMs: 1 };
const call = {
  ...{ signal: new AbortController().signal, deadlineAtMonoMs: 60_000, operationId: 'op', epoch: 1 },
  idempotencyKey: 'k',
};
const fault = (kind: Fault['kind'], change: Partial<Fault> = {}): Fault => ({
  ...blackhole(),
  kind,
  site: 'here',
  ...change,
});
const replica: Replica = {
  ...{ id: 'r0', bootId: 'b0', deployment: 'chat', site: 'here', slot: 0, url: 'http://127.0.0.1:9100' },
  ...{ state: 'running', billed: 'yes', startedAtMs: 0, startKey: 'earlier' },
};
const ok = { kind: 'done', value: undefined } as const;
const offer = { machine: 'big', family: 'b', market: 'on-demand' } as const;

/** A session whose every call is written down, and a drill that may have broken its site. */
function makeWorld(inForce: readonly Fault[] = [], listed: Seen<readonly Replica[]>['kind'] | readonly Replica[] = []) {
  const reached: string[] = [];
  const seen = <T>(value: T): Seen<T> => ({ kind: 'seen', value, asOfMs: 0 });
  const reach = <T>(name: string, answer: T): Promise<T> => {
    reached.push(name);
    return Promise.resolve(answer);
  };
  const lost = { kind: 'unknown', error: { class: 'unknown', code: 'Lost', message: 'lost' } } as const;
  const inner: Provider = {
    listLagMs: 7,
    account: 'mine',
    list: () => reach('list', typeof listed === 'string' ? lost : seen(listed)),
    start: () => reach('start', { kind: 'done', value: replica } as Reply<Replica>),
    stop: () => reach('stop', ok),
    offers: () => reach('offers', seen([{ offer, room: 3 }])),
    drain: () => reach('drain', ok),
    notices: () => reach('notices', seen([])),
    checkAccess: () => reach('checkAccess', seen({ permissions: [], excess: [], parts: [], quotas: [] })),
    disturb: () => reach('disturb', ok),
    close: () => reach('close', undefined),
  };
  const provider = withDrilledProvider(inner, {
    ...{ site: 'here', deployments: ['other', 'chat'] },
    faultsOf: async (deployment) => inForce.filter((each) => each.deployment === deployment),
  });
  return { provider, inner, reached, ask: asked(provider) };
}

/** Everything a session can be asked for, in a fixed order. */
function asked(provider: Provider) {
  const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };
  return {
    list: () => provider.list({ deployment: 'chat' }, call),
    offers: () => provider.offers?.({ deployment: 'chat', replicas: 1 }, call),
    notices: () => provider.notices?.(call),
    checkAccess: () => provider.checkAccess?.(call),
    start: () => provider.start(request, call),
    stop: () => provider.stop(replica, 'delete', call),
    drain: () => provider.drain?.(replica, call),
  };
}

const reads = ['list', 'offers', 'notices', 'checkAccess'] as const;
const writes = ['start', 'stop', 'drain'] as const;

const outages = [
  { kind: 'provider-down', error: { class: 'transient', code: 'ECONNREFUSED' } },
  { kind: 'provider-throttled', error: { class: 'throttled', code: 'RequestLimitExceeded', retryAfterMs: 1000 } },
  { kind: 'credentials-expired', error: { class: 'auth', code: 'ExpiredTokenException' } },
] as const;

test.for(outages)(
  '$kind: no read sees anything, every change is refused, and nothing is reached',
  async ({ kind, error }) => {
    const { ask, reached } = makeWorld([fault(kind)]);
    for (const name of reads) expect(await ask[name](), name).toMatchObject({ kind: 'unknown', error });
    for (const name of writes) expect(await ask[name](), name).toMatchObject({ kind: 'refused', error });
    expect(reached).toEqual([]);
  },
);

test.for(outages)('$kind is one of those that pass: it is asked again', async ({ kind }) => {
  const reply = await makeWorld([fault(kind)]).ask.stop();
  expect(reply.kind).toBe('refused');
  const { error } = reply as { readonly error: ProviderError };
  expect(nextAttempt({ tries: 1, error, random: 0 }).kind).toBe('wait');
});

test('capacity denied: starts are sold out, offers say so, all else goes on', async () => {
  const { ask, reached } = makeWorld([fault('capacity-denied')]);
  const error = { class: 'capacity', code: 'InsufficientInstanceCapacity' };
  expect(await ask.start()).toMatchObject({ kind: 'refused', error });
  expect(await ask.offers()).toMatchObject({ value: [{ offer, denied: error }] });
  for (const name of ['list', 'notices', 'checkAccess', 'stop', 'drain'] as const) await ask[name]();
  expect(reached).toEqual(['list', 'offers', 'list', 'notices', 'checkAccess', 'stop', 'drain']);
});

test.for([
  { name: 'a stopped machine', listed: [{ ...replica, state: 'stopped' as const }], is: 'refused' },
  { name: 'a dead one', listed: [{ ...replica, state: 'gone' as const }], is: 'refused' },
  { name: 'one of another slot', listed: [{ ...replica, slot: 1 }], is: 'refused' },
  { name: 'what an earlier try made', listed: [{ ...replica, state: 'starting' as const }], is: 'done' },
])('capacity denied: a start that finds $name is $is', async ({ listed, is }) => {
  expect(await makeWorld([fault('capacity-denied')], listed).ask.start()).toMatchObject({ kind: is });
});

test('capacity denied: where it cannot be seen what is there, nothing is said of the capacity', async () => {
  const { ask } = makeWorld([fault('capacity-denied')], 'unknown');
  expect(await ask.start()).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'Lost' } });
});

test.for<{ name: string; inForce: readonly Fault[] }>([
  { name: 'without a fault', inForce: [] },
  { name: 'with a fault of another site', inForce: [fault('provider-down', { site: 'there' })] },
  {
    name: 'with one that hits nothing',
    inForce: [fault('provider-down', { sharePct: 0 }), fault('capacity-denied', { sharePct: 0 })],
  },
  { name: 'with one of its traffic', inForce: [fault('blackhole'), fault('errors'), fault('vantage-blind')] },
])('$name it is the provider itself, call for call', async ({ inForce }) => {
  const { ask, reached } = makeWorld(inForce);
  for (const name of [...reads, ...writes]) await ask[name]();
  expect(reached).toEqual([...reads, ...writes]);
});

test('what another deployment’s drill breaks concerns only what is asked for the whole site', async () => {
  const { ask } = makeWorld([fault('provider-down', { deployment: 'other' })]);
  expect(await ask.list()).toMatchObject({ kind: 'seen' });
  expect(await ask.start()).toMatchObject({ kind: 'done' });
  expect(await ask.notices()).toMatchObject({ kind: 'unknown' });
  expect(await ask.checkAccess()).toMatchObject({ kind: 'unknown' });
});

test('what a drill does to replicas goes through, and so does its undo', async () => {
  const { provider, reached } = makeWorld(outages.map(({ kind }) => fault(kind)));
  for (const how of ['hang', 'kill', 'resume'] as const)
    expect(await provider.disturb?.(replica, how, call)).toEqual(ok);
  await provider.close();
  expect(reached).toEqual(['disturb', 'disturb', 'disturb', 'close']);
});

test('it has what the session has, and nothing else', () => {
  const { provider, inner } = makeWorld();
  expect(Object.keys(provider).sort()).toEqual(Object.keys(inner).sort());
  const { listLagMs, list, start, stop, close } = inner;
  const bare = withDrilledProvider(
    { listLagMs, list, start, stop, close },
    { site: 'here', deployments: [], faultsOf: async () => [] },
  );
  expect(Object.keys(bare).sort()).toEqual(['close', 'list', 'listLagMs', 'start', 'stop']);
});

test('a gateway that hangs holds a call up for half a second, and fails none', async () => {
  const clock = createManualClock();
  const { inner, reached } = makeWorld();
  const faultsOf = createLook({ clock, faults: () => new Promise<Seen<FaultSight>>(() => undefined) });
  const provider = withDrilledProvider(inner, { site: 'here', deployments: ['chat'], faultsOf });
  const list = provider.list({ deployment: 'chat' }, call);
  await clock.advance(499);
  expect(reached).toEqual([]);
  await clock.advance(1);
  expect(await list).toMatchObject({ kind: 'seen' });
  expect(await provider.stop(replica, 'delete', call)).toEqual(ok);
});
