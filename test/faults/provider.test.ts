import { expect, test } from 'vitest';
import { withScriptedFaults } from '../../src/faults/provider.ts';
import type { FaultScript } from '../../src/faults/script.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Provider } from '../../src/ports/provider.ts';

const launch = { command: ['serve'], env: {}, startupTimeoutMs: 1, stopGraceMs: 1 };
const call = { signal: new AbortController().signal, deadlineAtMonoMs: 1000, operationId: 'op', epoch: 1 };
const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };

/** A provider in memory on a clock that only the test moves. */
function makeWorld(script: FaultScript) {
  let nowMs = 0;
  let boots = 0;
  const replicas = new Map<number, Replica>();
  const clock: Clock = {
    nowMs: () => nowMs,
    monoMs: () => nowMs,
    after: () => () => undefined,
    sleep: () => Promise.resolve(),
  };
  const inner: Provider = {
    listLagMs: 0,
    list: async ({ deployment }) => ({
      kind: 'seen',
      value: [...replicas.values()].filter((each) => each.deployment === deployment),
      asOfMs: nowMs,
    }),
    async start({ deployment, slot }, { idempotencyKey }) {
      boots += 1;
      const replica: Replica = {
        id: `r${slot}`,
        bootId: `b${boots}`,
        deployment,
        site: 'here',
        slot,
        url: 'http://127.0.0.1:9100',
        state: 'running',
        billed: 'yes',
        startedAtMs: nowMs,
        startKey: idempotencyKey,
      };
      replicas.set(slot, replica);
      return { kind: 'done', value: replica };
    },
    async stop(replica) {
      replicas.delete(replica.slot);
      return { kind: 'done', value: undefined };
    },
    close: async () => undefined,
  };
  const provider = withScriptedFaults(inner, script, { clock });
  return {
    provider,
    replicas,
    advance: (ms: number) => {
      nowMs += ms;
    },
    start: (slot = 0) => provider.start({ ...request, slot }, { ...call, idempotencyKey: `k${slot}` }),
    async started() {
      const reply = await provider.start(request, { ...call, idempotencyKey: 'k' });
      if (reply.kind !== 'done') throw new Error(reply.error.message);
      return reply.value;
    },
    stop: (replica: Replica, how: 'stop' | 'delete') => provider.stop(replica, how, { ...call, idempotencyKey: 's' }),
    async listed(deployment = 'chat') {
      const sight = await provider.list({ deployment }, call);
      return sight.kind === 'seen' ? sight.value.map(({ id, state, url }) => ({ id, state, url })) : sight.error;
    },
  };
}

test.for([
  { fault: { kind: 'sold-out', times: 2 }, error: { class: 'capacity', code: 'InsufficientInstanceCapacity' } },
  { fault: { kind: 'quota', times: 2 }, error: { class: 'quota', code: 'VcpuLimitExceeded' } },
  {
    fault: { kind: 'throttled', times: 2, retryAfterMs: 700 },
    error: { class: 'throttled', code: 'RequestLimitExceeded', retryAfterMs: 700 },
  },
] as const)('$fault.kind refuses as many starts as it says, then no more', async ({ fault, error }) => {
  const world = makeWorld([fault]);
  expect(await world.start()).toMatchObject({ kind: 'refused', error });
  expect(await world.start()).toMatchObject({ kind: 'refused', error });
  expect(world.replicas.size).toBe(0);
  expect(await world.start()).toMatchObject({ kind: 'done' });
});

test.for<{ script: FaultScript; listLagMs: number }>([
  { script: [], listLagMs: 0 },
  { script: [{ kind: 'sold-out', times: 1 }], listLagMs: 0 },
  {
    script: [
      { kind: 'listing-lags', times: 1, byMs: 30 },
      { kind: 'listing-lags', times: 1, byMs: 20 },
    ],
    listLagMs: 30,
  },
])('says that its list may lag $listLagMs ms', ({ script, listLagMs }) => {
  expect(makeWorld(script).provider.listLagMs).toBe(listLagMs);
});

test('a fault holds one millisecond before its end and no longer at it', async () => {
  const world = makeWorld([{ kind: 'sold-out', times: 100, untilMonoMs: 50 }]);
  world.advance(49);
  expect(await world.start()).toMatchObject({ kind: 'refused' });
  world.advance(1);
  expect(await world.start()).toMatchObject({ kind: 'done' });
});

test('faults that refuse apply one per call, in the order of the script', async () => {
  const world = makeWorld([
    { kind: 'quota', times: 1 },
    { kind: 'sold-out', times: 1 },
  ]);
  expect(await world.start()).toMatchObject({ error: { class: 'quota' } });
  expect(await world.start()).toMatchObject({ error: { class: 'capacity' } });
  expect(await world.start()).toMatchObject({ kind: 'done' });
});

test('a throttled listing is not seen, rather than empty', async () => {
  const world = makeWorld([{ kind: 'throttled', times: 1, retryAfterMs: 10 }]);
  expect(await world.listed()).toMatchObject({ class: 'throttled', retryAfterMs: 10 });
  expect(await world.listed()).toEqual([]);
});

test('a throttled stop stops nothing', async () => {
  const world = makeWorld([{ kind: 'throttled', times: 1, retryAfterMs: 10, untilMonoMs: 100 }]);
  world.advance(100);
  const replica = await world.started();
  const again = makeWorld([{ kind: 'throttled', times: 1, retryAfterMs: 10 }]);
  expect(await again.stop(replica, 'delete')).toMatchObject({ kind: 'refused', error: { class: 'throttled' } });
  expect(await again.stop(replica, 'delete')).toMatchObject({ kind: 'done' });
});

test('a lost reply is unknown although the replica runs', async () => {
  const world = makeWorld([{ kind: 'reply-lost', times: 1 }]);
  expect(await world.start()).toMatchObject({ kind: 'unknown', error: { class: 'unknown', code: 'ECONNRESET' } });
  expect(await world.listed()).toMatchObject([{ id: 'r0', state: 'running' }]);
});

test('a slow boot is starting, without an address, until its time is over', async () => {
  const world = makeWorld([{ kind: 'slow-boot', times: 1, byMs: 30 }]);
  expect(await world.started()).toMatchObject({ state: 'starting', url: undefined });
  world.advance(29);
  expect(await world.listed()).toEqual([{ id: 'r0', state: 'starting', url: undefined }]);
  world.advance(1);
  expect(await world.listed()).toMatchObject([{ id: 'r0', state: 'running', url: 'http://127.0.0.1:9100' }]);
});

test('a replica that dies during its slow boot is seen dead', async () => {
  const world = makeWorld([{ kind: 'slow-boot', times: 1, byMs: 30 }]);
  const replica = await world.started();
  world.replicas.set(0, { ...replica, state: 'gone', billed: 'no' });
  expect(await world.listed()).toMatchObject([{ id: 'r0', state: 'gone' }]);
});

test('a lagging listing shows a started replica late and a deleted one still', async () => {
  const world = makeWorld([{ kind: 'listing-lags', times: 2, byMs: 30 }]);
  const replica = await world.started();
  world.advance(29);
  expect(await world.listed()).toEqual([]);
  world.advance(1);
  expect(await world.listed()).toMatchObject([{ id: 'r0' }]);
  await world.stop(replica, 'delete');
  world.advance(29);
  expect(await world.listed()).toMatchObject([{ id: 'r0', state: 'running' }]);
  expect(await world.listed('another')).toEqual([]);
  world.advance(1);
  expect(await world.listed()).toEqual([]);
});

test('a lagging listing does not show a deleted replica beside its successor', async () => {
  const world = makeWorld([
    { kind: 'slow-boot', times: 1, byMs: 5 },
    { kind: 'listing-lags', times: 2, byMs: 30 },
  ]);
  const replica = await world.started();
  await world.stop(replica, 'delete');
  expect((await world.started()).bootId).not.toBe(replica.bootId);
  expect(await world.listed()).toHaveLength(1);
});

test('a warm stop is listed at once: only deletions lag', async () => {
  const world = makeWorld([{ kind: 'listing-lags', times: 2, byMs: 30 }]);
  const replica = await world.started();
  world.advance(40);
  await world.stop(replica, 'stop');
  expect(await world.listed()).toEqual([]);
});

test.for([0, -1, 1.5, Number.NaN, 1_000_001])('a fault cannot be armed %d times', (times) => {
  expect(() => makeWorld([{ kind: 'sold-out', times }])).toThrow('times is 1 to 1000000');
});

test('a script has an end: a hundred faults are armed, one more is not', () => {
  const script = (length: number): FaultScript => Array.from({ length }, () => ({ kind: 'quota', times: 1 }));
  expect(() => makeWorld(script(100))).not.toThrow();
  expect(() => makeWorld(script(101))).toThrow('at most 100');
});
