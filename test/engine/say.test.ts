import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import { say, type Word } from '../../src/engine/say.ts';
import { GodwitError } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { createWorld, openStore, type World } from './support/world.ts';

const actor = { kind: 'person', name: 'ada', host: 'desk', pid: 7 } as const;
const conflict = new GodwitError('RevisionConflict', 'somebody was faster');

function pauseUntil(untilMs: number): Word {
  return { kind: 'set', deployment: 'chat', standing: { kind: 'pause', reason: 'looking', untilMs } };
}

/** A store in which this many puts come too late: somebody else changed the deployment in between. */
function contended(store: Store, times: number): { store: Store; tries: () => number } {
  let tries = 0;
  const put: Store['standing']['put'] = async (draft, revision) => {
    tries += 1;
    if (tries <= times) throw conflict;
    await store.standing.put(draft, revision);
  };
  return { store: { ...store, standing: { ...store.standing, put } }, tries: () => tries };
}

function open() {
  const { clock, state } = createWorld();
  return { clock, store: openStore(state, clock, 1), actor };
}

test('what is set is journaled with who, when and why, and stands', async () => {
  const deps = open();
  await say(deps, pauseUntil(5000));
  const entry = (await deps.store.journal.read({}))[0];
  expect(entry).toMatchObject({ deployment: 'chat', epoch: 0, by: actor, body: { key: 'pause', why: 'looking' } });
  expect(await deps.store.standing.list('chat')).toMatchObject([{ kind: 'pause', by: actor, untilMs: 5000 }]);
  expect(await deps.store.standing.list('other')).toEqual([]);
});

test('a second of the same kind takes the place of the first; another site is another', async () => {
  const deps = open();
  await say(deps, pauseUntil(5000));
  await say(deps, pauseUntil(6000));
  for (const site of ['left', 'right'])
    await say(deps, {
      ...{ kind: 'set', deployment: 'chat' },
      standing: { kind: 'unblock', site, reason: undefined, untilMs: undefined },
    });
  const stands = await deps.store.standing.list();
  expect(stands.map(({ kind, untilMs }) => [kind, untilMs])).toEqual([
    ['pause', 6000],
    ['unblock', undefined],
    ['unblock', undefined],
  ]);
});

test('what is taken back stands no longer', async () => {
  const deps = open();
  await say(deps, pauseUntil(5000));
  await say(deps, { kind: 'clear', deployment: 'chat', key: 'pause', reason: 'done' });
  expect(await deps.store.standing.list()).toEqual([]);
  expect((await deps.store.journal.read({})).at(-1)?.body).toEqual({ kind: 'standing', key: 'pause', why: 'done' });
});

test('a note stands nowhere, and raises no revision', async () => {
  const deps = open();
  const before = await deps.store.operations.revision('chat');
  await say(deps, { kind: 'note', deployment: 'chat', text: 'users called', operationId: 'op-1' });
  expect(await deps.store.operations.revision('chat')).toBe(before);
  expect(await deps.store.journal.read({ operationId: 'op-1' })).toMatchObject([{ body: { text: 'users called' } }]);
});

test.for([
  { name: 'nineteen others are out-waited', times: 19, tries: 20, isSaid: true },
  { name: 'the twentieth is one too many', times: 20, tries: 20, isSaid: false },
])('who changes the deployment at the same moment: $name', async ({ times, tries, isSaid }) => {
  const deps = open();
  const busy = contended(deps.store, times);
  const said = say({ ...deps, store: busy.store }, pauseUntil(5000)).then(
    () => true,
    (thrown: unknown) => {
      if (thrown !== conflict) throw thrown;
      return false;
    },
  );
  expect(await said).toBe(isSaid);
  expect(busy.tries()).toBe(tries);
  expect(await deps.store.standing.list()).toHaveLength(isSaid ? 1 : 0);
});

test('a store that fails is no conflict and is not asked again', async () => {
  const deps = open();
  let tries = 0;
  const put = async (): Promise<never> => {
    tries += 1;
    throw new GodwitError('StoreFailed', 'disk full');
  };
  const store = { ...deps.store, standing: { ...deps.store.standing, put } };
  await expect(say({ ...deps, store }, pauseUntil(5000))).rejects.toMatchObject({ code: 'StoreFailed' });
  expect(tries).toBe(1);
});

async function serving(): Promise<{ world: World; store: Store; close: () => Promise<void> }> {
  const world = createWorld();
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('all proven', () => world.sink.entry?.spill.length === 2);
  const close = async (): Promise<void> => {
    stop.abort();
    await world.drive(end);
    expect(world.violations).toEqual([]);
  };
  return { world, store: openStore(world.state, world.clock, 77), close };
}

const kindsOf = (world: World) => world.operations().map(({ plan }) => plan.kind);

test('a running loop obeys a pause from its next look on, and acts when it is over', async () => {
  const { world, store, close } = await serving();
  const untilMs = world.clock.nowMs() + 10_000;
  await say({ store, clock: world.clock, actor }, pauseUntil(untilMs));
  world.left.crash(0);
  await world.until('it says why it stays', () =>
    world.journal().some((body) => body.kind === 'decision' && JSON.stringify(body.decision).includes('"Paused"')),
  );
  expect(kindsOf(world)).not.toContain('failover');
  await world.pass(untilMs - world.clock.nowMs() - 200);
  expect(kindsOf(world)).not.toContain('failover');
  await world.until('the failover', () => kindsOf(world).includes('failover'), 5000);
  expect(world.clock.nowMs()).toBeGreaterThanOrEqual(untilMs);
  await close();
});

test('taken back, a pause holds back no longer', async () => {
  const { world, store, close } = await serving();
  const words = { store, clock: world.clock, actor };
  await say(words, pauseUntil(world.clock.nowMs() + 600_000));
  world.left.crash(0);
  await world.pass(3000);
  expect(kindsOf(world)).not.toContain('failover');
  await say(words, { kind: 'clear', deployment: 'chat', key: 'pause', reason: 'done' });
  await world.until('the failover', () => kindsOf(world).includes('failover'), 5000);
  await close();
});
