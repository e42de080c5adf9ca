import { expect, test } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { createWatcher } from '../../src/cli/sights.ts';
import type { Store } from '../../src/ports/store.ts';
import type { TrafficDriver } from '../../src/ports/traffic-driver.ts';
import { fakeApp } from './support/fake-app.ts';
import { fakeStore, fakeTraffic } from './support/fake-ports.ts';
import { config, nowMs, operation, route, snapshot, traffic } from './support/models.ts';

const signal = new AbortController().signal;
const watcherOf = (app: App) => createWatcher(app, config(), signal);

test('reads store and gateway side by side', async () => {
  const app = fakeApp({
    openStore: async () =>
      fakeStore({
        snapshot: snapshot([]),
        operations: [operation(), operation({ id: 'op-open', endedAtMs: undefined })],
      }),
    connectTraffic: async () => fakeTraffic({ route: route({ 'site-a': 100 }), traffic: traffic([]) }),
  });
  const sights = await watcherOf(app).look('chat');
  expect(sights).toMatchObject({
    atMs: nowMs,
    stored: { kind: 'seen', value: { open: { id: 'op-open' }, recent: [{ id: 'op-7f3k' }] } },
    route: { kind: 'seen', value: { weights: { 'site-a': 100 } } },
    traffic: { kind: 'seen' },
  });
});

test('says why each part cannot be seen', async () => {
  const sights = await watcherOf(fakeApp()).look('chat');
  expect(sights).toMatchObject({
    stored: { kind: 'unseen', why: 'no store here' },
    route: { kind: 'unseen', why: 'no gateway here' },
    traffic: { kind: 'unseen', why: 'no gateway here' },
  });
});

test('passes on what the gateway itself says it cannot see', async () => {
  const error = { class: 'transient', code: 'ECONNREFUSED', message: 'nobody listens' } as const;
  const driver: TrafficDriver = {
    ...fakeTraffic({ route: undefined, traffic: traffic([]) }),
    read: async () => ({ kind: 'unknown', error }),
  };
  const sights = await watcherOf(fakeApp({ connectTraffic: async () => driver })).look('chat');
  expect(sights.route).toEqual({ kind: 'unseen', why: 'nobody listens' });
  expect(sights.traffic.kind).toBe('seen');
});

test('gives up on a part that never answers and shows the rest', async () => {
  const never = new Promise<never>(() => undefined);
  const app = fakeApp({
    clock: { nowMs: () => nowMs, monoMs: () => 0, after: () => () => undefined, sleep: async () => undefined },
    openStore: () => never,
    connectTraffic: () => never,
  });
  expect((await watcherOf(app).look('chat')).stored).toEqual({ kind: 'unseen', why: 'no answer in 4s' });
});

test('opens the store again after it could not be read, and closes what it opened', async () => {
  let opened = 0;
  let closed = 0;
  const broken: Store = {
    ...fakeStore({}),
    snapshots: { put: async () => undefined, get: () => Promise.reject(new Error('database is locked')) },
    close: async () => {
      closed += 1;
    },
  };
  const app = fakeApp({
    openStore: async () => {
      opened += 1;
      return broken;
    },
  });
  const watcher = watcherOf(app);
  await watcher.look('chat');
  await watcher.look('chat');
  await watcher.close();
  expect([opened, closed]).toEqual([2, 2]);
});
