import { expect, test } from 'vitest';
import { openJournal } from '../../src/engine/journal.ts';
import { createWorld } from './support/world.ts';

test('every entry says who, when, for which deployment and under which epoch', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  const journal = await openJournal(deps, 'chat', 7);
  await journal.append({ kind: 'lease', event: 'taken' }, { kind: 'lease', event: 'released' });
  const entries = await deps.store.journal.read({});
  expect(entries.map(({ body }) => body)).toMatchObject([{ event: 'taken' }, { event: 'released' }]);
  for (const entry of entries) {
    const { clock } = world;
    expect(entry).toMatchObject({ deployment: 'chat', epoch: 7, by: deps.actor, atMs: clock.nowMs() });
    expect(entry.monoMs).toBe(clock.monoMs());
  }
});

test('its head is the store’s at first and that of the last append from then on', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  const other = await openJournal(deps, 'embed', 1);
  await other.append({ kind: 'lease', event: 'taken' });
  const journal = await openJournal(deps, 'chat', 1);
  expect(journal.head()).toBe((await deps.store.journal.head()).hash);
  await journal.append({ kind: 'lease', event: 'taken' });
  expect(journal.head()).toBe((await deps.store.journal.head()).hash);
});

test('I2: an entry of an older epoch is refused by the store, and nothing is kept', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  for (let taken = 0; taken < 2; taken += 1) {
    const reply = await deps.store.lease.acquire('chat', deps.actor, 1000);
    if (reply.kind === 'held') await deps.store.lease.release(reply.lease);
  }
  const journal = await openJournal(deps, 'chat', 1);
  await expect(journal.append({ kind: 'lease', event: 'taken' })).rejects.toMatchObject({ code: 'LeaseLost' });
  expect(world.journal()).toEqual([]);
});

test('what is told carries the time and the deployment', async () => {
  const world = createWorld();
  const journal = await openJournal(world.boot().deps, 'chat', 1);
  journal.tell({ type: 'warning', message: 'careful' });
  expect(world.events).toEqual([
    { type: 'warning', message: 'careful', deployment: 'chat', atMs: world.clock.nowMs() },
  ]);
});

test('I3: what is appended first is recorded first, also when the store takes longer for it', async () => {
  const { deps } = createWorld().boot();
  const release: (() => void)[] = [];
  const slow = async (...args: Parameters<typeof deps.store.journal.append>) => {
    if (release.length === 0) await new Promise<void>((resolve) => release.push(resolve));
    return await deps.store.journal.append(...args);
  };
  const store = { ...deps.store, journal: { ...deps.store.journal, append: slow } };
  const journal = await openJournal({ ...deps, store }, 'chat', 1);
  const both = [
    journal.append({ kind: 'lease', event: 'taken' }),
    journal.append({ kind: 'lease', event: 'released' }),
  ];
  await Promise.resolve();
  release[0]?.();
  await Promise.all(both);
  const entries = await deps.store.journal.read({});
  expect(entries.map(({ body }) => body)).toMatchObject([{ event: 'taken' }, { event: 'released' }]);
});

test('I29: what waits for an entry that cannot be written is not written either', async () => {
  const { deps } = createWorld().boot();
  const failed = new Error('disk full');
  let tries = 0;
  const append = async (): Promise<never> => {
    tries += 1;
    throw failed;
  };
  const store = { ...deps.store, journal: { ...deps.store.journal, append } };
  const journal = await openJournal({ ...deps, store }, 'chat', 1);
  const both = await Promise.allSettled([
    journal.append({ kind: 'lease', event: 'taken' }),
    journal.append({ kind: 'lease', event: 'released' }),
  ]);
  expect(both).toEqual(Array.from({ length: 2 }, () => ({ status: 'rejected', reason: failed })));
  expect(tries).toBe(1);
});
