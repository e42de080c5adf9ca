import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import { createHeadCheck } from '../../src/engine/head-check.ts';
import type { JournalEntry } from '../../src/model/journal-entry.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { RouteEntry } from '../../src/model/route.ts';
import type { JournalStore } from '../../src/ports/store.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import { createWorld, type World } from './support/world.ts';

/** A journal of so many entries; counts what is read. */
function journalOf(seq: number): JournalStore & { readonly limits: number[] } {
  const limits: number[] = [];
  return {
    limits,
    head: async () => ({ seq, hash: `hash-${seq}` }),
    append: () => Promise.reject(new Error('read only')),
    async read({ limit = 1000 }) {
      limits.push(limit);
      const first = Math.max(1, seq - limit + 1);
      const rows = Array.from({ length: seq - first + 1 }, (_, index) => ({ hash: `hash-${first + index}` }));
      return rows as JournalEntry[];
    },
  };
}

const route = (journalHead: string): Seen<RouteEntry | undefined> => ({
  kind: 'seen',
  asOfMs: 0,
  value: {
    ...{ deployment: 'chat', epoch: 1, routeVersion: 1, match: {}, weights: { left: 100 }, sites: [], spill: [] },
    ...{ firstTokenLimitMs: 100, journalHead },
  },
});

test.for([1, 1000, 1001, 5000])('finds a head at any place of a journal of %i entries', async (seq) => {
  const check = createHeadCheck(journalOf(seq), 'chat');
  await expect(check(route('hash-1'))).resolves.toBeUndefined();
  await expect(check(route(`hash-${seq}`))).resolves.toBeUndefined();
});

test.for([0, 3, 5000])('I30: a head that a journal of %i entries does not hold is refused', async (seq) => {
  const check = createHeadCheck(journalOf(seq), 'chat');
  await expect(check(route(`hash-${seq + 1}`))).rejects.toMatchObject({ code: 'StoreCorrupt' });
});

test('reads no more than it must: nothing for a head it knows, no route, or none seen', async () => {
  const journal = journalOf(5000);
  const check = createHeadCheck(journal, 'chat');
  await check({ kind: 'unknown', error: gatewayAbsent });
  await check({ kind: 'seen', asOfMs: 0, value: undefined });
  await check(route('hash-5000'));
  await check(route('hash-5000'));
  expect(journal.limits).toEqual([1000]);
});

/** What the gateway keeps from entries that this world's journal has lost. */
const later: RouteEntry = {
  ...{ deployment: 'chat', epoch: 1, routeVersion: 90, match: {}, spill: [], firstTokenLimitMs: 100 },
  ...{ weights: { left: 100, right: 0 }, sites: [], journalHead: 'f'.repeat(64) },
};

function openRestored(): World {
  const world = createWorld();
  world.left.plant(0);
  world.right.plant(0);
  world.sink.entry = later;
  return world;
}

test('I30: a controller on a state that was put back touches nothing', async () => {
  const world = openRestored();
  const end = world.drive(runController(world.boot().deps, new AbortController().signal));
  await expect(end).rejects.toMatchObject({ code: 'StoreCorrupt', message: expect.stringContaining('older') });
  // No mark either: the newest state, put back in its turn, would take it for that of a newer one.
  expect(world.sink.asked).toEqual([]);
  expect([...world.left.asked, ...world.right.asked]).toEqual([]);
});

test('I30: a valid lease whose epoch the gateway calls old is from such a state too', async () => {
  const world = createWorld();
  world.sink.epoch = 40;
  const end = world.drive(runController(world.boot().deps, new AbortController().signal));
  await expect(end).rejects.toMatchObject({ code: 'StoreCorrupt' });
  expect(world.sink.accepted).toEqual([]);
});

test('I30: it is noticed as soon as the gateway can be read, also later', async () => {
  const world = openRestored();
  world.sink.blind = gatewayAbsent;
  const end = world.drive(runController(world.boot().deps, new AbortController().signal));
  end.catch(() => undefined);
  await world.pass(3000);
  world.sink.blind = undefined;
  await expect(end).rejects.toMatchObject({ code: 'StoreCorrupt' });
});
