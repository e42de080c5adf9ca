import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { WishEnd } from '../../../src/engine/carry-out.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Standing } from '../../../src/model/standing.ts';
import type { Verdict } from '../../../src/model/verification.ts';
import type { Wish } from '../../../src/model/wish.ts';
import type { Store } from '../../../src/ports/store.ts';
import { fakeApp } from '../support/fake-app.ts';
import { fakeStore, fakeTraffic } from '../support/fake-ports.ts';
import { config, deployment, nowMs, operation, plan, route, traffic } from '../support/models.ts';
import { opened, step, storeWith, storeWithFailover } from '../support/record.ts';

const weigh = { kind: 'weigh', name: '2-weigh', gate: undefined, deadlineMs: 1000 } as const;
const half = { 'site-a': 50, 'site-b': 50 };
const steps = [
  { kind: 'stamp', name: '1-stamp', deadlineMs: 1000 },
  { ...weigh, weights: half },
  { ...weigh, name: '3-weigh', weights: { 'site-a': 0, 'site-b': 100 } },
] as const;
const underWay = operation({ state: 'shifting', endedAtMs: undefined, step: 1, plan: plan({ steps }) });
const held = { ...underWay, state: 'held', step: 2 } as const;

function storeOf(operations: readonly Operation[], standing: readonly Standing[] = []): Store {
  const store = fakeStore({ operations, standing });
  return {
    ...store,
    operations: {
      ...store.operations,
      get: async (id) => operations.find((each) => each.id === id),
      list: async ({ open, kinds, deployment: of }) =>
        operations.filter(
          ({ endedAtMs, plan: { kind, deployment: own } }) =>
            (of === undefined || own === of) &&
            (open !== true || endedAtMs === undefined) &&
            (kinds === undefined || kinds.includes(kind)),
        ),
    },
  };
}

function appWith(end: WishEnd, operations: readonly Operation[] = [underWay], standing: readonly Standing[] = []) {
  const wishes: Wish[] = [];
  const app = fakeApp({
    openStore: async () => storeOf(operations, standing),
    carryOut: async (_, wish) => {
      wishes.push(wish);
      return end;
    },
  });
  return { app, wishes };
}

const ended = (over: Partial<Operation>): WishEnd => ({
  kind: 'ended',
  operation: { ...underWay, endedAtMs: nowMs, ...over },
  by: 'controller',
});

test('a hold is given without asking, and says where it stands and both ways on', async () => {
  const { app, wishes } = appWith({ kind: 'held', operation: held, by: 'controller' });
  expect(await runCommand(['op', 'hold', 'last', '--reason', 'errors'], app)).toBe(0);
  expect(wishes).toMatchObject([{ kind: 'hold', deployment: 'chat', operationId: 'op-7f3k', reason: 'errors' }]);
  expect(app.printed.out).toBe(
    'op-7f3k is HELD at site-a 50%, site-b 50%: nothing is undone.\n  go on  godwit op resume op-7f3k        undo  godwit op return op-7f3k\n',
  );
});

const aborted = { class: 'conflict', code: 'Aborted', message: 'anna@desk' } as const;

test.for([
  { order: 'resume', over: { state: 'done' }, exit: 0, said: 'done' },
  { order: 'resume', over: { state: 'failed' }, exit: 1, said: 'failed' },
  { order: 'return', over: { state: 'returned' }, exit: 0, said: 'the weights are site-a 100% again' },
  { order: 'return', over: { state: 'unknown' }, exit: 11, said: 'unknown' },
  {
    order: 'abort',
    over: { state: 'failed', error: aborted, step: 2 },
    exit: 0,
    said: 'given up at site-a 50%, site-b 50%: that stays in force',
  },
  { order: 'abort', over: { state: 'failed' }, exit: 1, said: 'failed' },
] as const)('op $order of one that then is $over.state exits $exit', async ({ order, over, exit, said }) => {
  const { app, wishes } = appWith(ended(over));
  expect(await runCommand(['op', order, 'op-7f3k', '--yes'], app)).toBe(exit);
  expect(app.printed.out).toContain(said);
  expect(wishes).toMatchObject([{ kind: order }]);
});

test.for(['return', 'abort'])('op %s with nobody to ask changes nothing and prints the command', async (order) => {
  const { app, wishes } = appWith(ended({}));
  expect(await runCommand(['op', order, 'last'], app)).toBe(3);
  expect(app.printed.err).toContain(`godwit op ${order} last --config /etc/godwit/godwit.yaml --yes`);
  expect(wishes).toEqual([]);
});

const shifted = (over: Partial<Extract<Standing, { kind: 'shift' }>> = {}): Standing => ({
  ...{ deployment: 'chat', by: operation().by, atMs: nowMs - 1000, reason: 'drivers', untilMs: nowMs + 7_200_000 },
  ...{ kind: 'shift', operationId: 'op-7f3k', forMs: 3_600_000 },
  ...{ before: { 'site-a': 100, 'site-b': 0 }, after: { 'site-a': 0, 'site-b': 100 } },
  ...over,
});

test('extends what moved traffic for a time, and says when it returns now', async () => {
  const { app, wishes } = appWith(ended({ state: 'done' }), [operation()], [shifted()]);
  expect(await runCommand(['op', 'extend', 'last', '--expires', '2h'], app)).toBe(0);
  expect(wishes).toMatchObject([{ kind: 'extend', operationId: 'op-7f3k', forMs: 7_200_000 }]);
  expect(app.printed.out).toBe('op-7f3k returns at 05:21:07Z (in 2h)\n');
});

test('one that was extended is told so also when its end cannot be read afterwards', async () => {
  const { app } = appWith(ended({ state: 'done' }), [operation()], [shifted()]);
  let opened = 0;
  const failing = {
    ...app,
    openStore: async (config: Config) => {
      opened += 1;
      if (opened > 1) throw new GodwitError('StoreFailed', 'no room');
      return await app.openStore(config);
    },
  };
  expect(await runCommand(['op', 'extend', 'last', '--expires', '2h'], failing)).toBe(0);
  expect(app.printed.out).toBe('op-7f3k was extended. Until when:  godwit status chat\n');
});

test('what the holder of the lease refuses is told with its reason', async () => {
  const reasons = [{ code: 'NothingToOrder', message: 'op-7f3k (shift) is over: done' }] as const;
  const { app } = appWith({ kind: 'refused', reasons }, [operation()]);
  expect(await runCommand(['op', 'hold', 'op-7f3k'], app)).toBe(5);
  expect(app.printed.out).toContain('NothingToOrder: op-7f3k (shift) is over: done');
  expect(app.printed.err).toContain('Nothing was changed.');
});

test('an operation nobody knows is named', async () => {
  const { app } = appWith(ended({}));
  expect(await runCommand(['op', 'show', 'op-none'], app)).toBe(2);
  expect(app.printed.err).toContain('there is no operation "op-none"');
});

test('lists what is under way; with --all also what is over', async () => {
  const over = operation({ id: 'op-old1' });
  const { app } = appWith(ended({}), [underWay, over]);
  expect(await runCommand(['op', 'list'], app)).toBe(0);
  expect(app.printed.out).toContain('op-7f3k');
  expect(app.printed.out).not.toContain('op-old1');
  const { app: all } = appWith(ended({}), [underWay, over]);
  expect(await runCommand(['op', 'list', '--all'], all)).toBe(0);
  expect(all.printed.out).toContain('op-old1');
});

test.for([
  ['done', 0],
  ['returned', 12],
  ['failed', 1],
  ['unknown', 11],
] as const)('op wait on one that ended %s exits %i at once', async ([state, exit]) => {
  const { app } = appWith(ended({}), [operation({ state })]);
  expect(await runCommand(['op', 'wait', 'last'], app)).toBe(exit);
});

test('op wait ends on one that is held, for it will not end by itself', async () => {
  const { app } = appWith(ended({}), [held]);
  expect(await runCommand(['op', 'wait', 'last'], app)).toBe(8);
  expect(app.printed.err).toContain('godwit op resume op-7f3k');
});

test('op wait stops waiting at its time-out; the operation goes on', async () => {
  let monoMs = 0;
  const { clock } = fakeApp();
  const app = fakeApp({
    openStore: async () => storeOf([underWay]),
    clock: {
      ...clock,
      monoMs: () => monoMs,
      sleep: async (ms) => {
        monoMs += ms;
      },
    },
  });
  expect(await runCommand(['op', 'wait', 'last', '--timeout', '2s'], app)).toBe(7);
  expect(monoMs).toBe(2000);
  expect(app.printed.err).toContain('Stopped waiting for op-7f3k (shifting, step 2 of 3): it goes on.');
});

test('op watch tells every step that happened, then the end', async () => {
  const app = fakeApp({ openStore: storeWithFailover });
  expect(await runCommand(['op', 'watch', 'op-7f3k'], app)).toBe(0);
  expect(app.printed.err.match(/step \d\/2/g)).toEqual(['step 1/2', 'step 2/2', 'step 2/2']);
  expect(app.printed.out).toContain('done after 30s');
});

test('op show gives the steps of one that is under way', async () => {
  const app = fakeApp({ openStore: () => storeWith([5000, opened()], [4000, step(0, 'reached')]) });
  expect(await runCommand(['op', 'show', 'last'], app)).toBe(0);
  expect(app.printed.out).toContain('Steps\n');
});

test.for([
  ['as-planned', 0, 1],
  ['as-before', 0, 1],
  ['something-else', 1, 1],
  ['not-seen', 11, 0],
] as const)(
  'verify of an unknown end that is %s exits %i, with %i words in the record',
  async ([verdict, exit, said]) => {
    const words: unknown[] = [];
    const unknown = operation({ state: 'unknown' });
    const app = fakeApp({
      openStore: async () => storeOf([operation({ id: 'op-new1' }), unknown]),
      verify: async (_, about) => ({
        operation: about,
        checks: [{ step: '1-weigh', holds: 'yes', seen: 'weights site-b 100%' }],
        verdict: verdict satisfies Verdict,
      }),
      say: async (_, word) => {
        words.push(word);
      },
    });
    expect(await runCommand(['verify'], app)).toBe(exit);
    expect(app.printed.out).toContain('1-weigh holds: weights site-b 100%');
    expect(words).toHaveLength(said);
    if (said > 0) expect(words).toMatchObject([{ kind: 'note', deployment: 'chat', operationId: 'op-7f3k' }]);
  },
);

const two = config({ deployments: [deployment(), deployment({ name: 'embed' })] });
const reading = { kind: 'valid', config: two, warnings: { text: '', findings: [] } } as const;

test.for(['hold', 'return', 'extend'])('op %s last --deployment is about that one’s own', async (order) => {
  const embed = (over: Partial<Operation>) => operation({ ...over, plan: plan({ steps, deployment: 'embed' }) });
  const other = embed({ id: 'op-embed', state: 'shifting', endedAtMs: undefined });
  const wishes: Wish[] = [];
  const app = fakeApp({
    reading,
    openStore: async () => storeOf([other, underWay]),
    carryOut: async (_, wish) => {
      wishes.push(wish);
      return ended({ state: 'failed' });
    },
  });
  const words = order === 'extend' ? ['--expires', '1h'] : ['--yes'];
  await runCommand(['op', order, 'last', '--deployment', 'chat', ...words], app);
  expect(wishes).toMatchObject([{ kind: order, deployment: 'chat', operationId: 'op-7f3k' }]);
  expect(await runCommand(['op', order, 'op-embed', '--deployment', 'chat', ...words], app)).toBe(2);
  expect(app.printed.err).toContain('op-embed is an operation of embed, not of chat');
  expect(await runCommand(['op', order, 'last', '--deployment', 'chta', ...words], app)).toBe(2);
  expect(wishes).toHaveLength(1);
});

const chat = deployment();
const strict = { ...chat.failover, manual: { ...chat.failover.manual, requiresReason: true } };

test.for([
  { name: 'a protected environment', typed: config({ isProtected: true }) },
  { name: 'a policy', typed: config({ deployments: [{ ...chat, failover: strict }] }) },
])('$name wants a reason for what moves traffic, and no confirmation replaces it', async ({ typed }) => {
  const { app, wishes } = appWith(ended({ state: 'returned' }), [underWay], [shifted()]);
  const given = { ...app, config: { ...app.config, read: async () => ({ ...reading, config: typed }) } };
  for (const argv of [
    ['op', 'return', 'last', '--yes'],
    ['op', 'abort', 'last', '--yes'],
    ['return', 'site-a', '--yes'],
    ['start', 'chat', '--site', 'site-b', '--yes', '--confirm', 'chat'],
  ])
    expect(await runCommand(argv, given), argv.join(' ')).toBe(2);
  expect(app.printed.err.match(/needs a reason/g)).toHaveLength(4);
  expect(wishes).toEqual([]);
  expect(await runCommand(['op', 'return', 'last', '--yes', '--reason', 'drill'], given)).toBe(0);
  expect(await runCommand(['return', 'site-a', '--yes', '--reason', 'drill'], given)).toBe(0);
  await runCommand(['op', 'resume', 'last'], given);
  await runCommand(['op', 'hold', 'last'], given);
  expect(wishes.map(({ kind }) => kind)).toEqual(['return', 'return', 'resume', 'hold']);
});

test('return gives back what was moved off the site for a time, and nothing else', async () => {
  const { app, wishes } = appWith(
    ended({ state: 'done' }),
    [operation(), operation({ id: 'op-other' })],
    [shifted(), shifted({ operationId: 'op-other', before: { 'site-b': 100 }, after: { 'site-a': 100 } })],
  );
  expect(await runCommand(['return', 'site-a', '--yes'], app)).toBe(0);
  expect(wishes).toMatchObject([{ kind: 'return', operationId: 'op-7f3k' }]);
  const { app: none } = appWith(ended({}));
  expect(await runCommand(['return', 'site-a', '--yes'], none)).toBe(0);
  expect(none.printed.out).toContain('Nothing to do');
});

test('return leaves what is not configured any more, and says so', async () => {
  const old = operation({ id: 'op-old1', plan: plan({ deployment: 'gone' }) });
  const { app, wishes } = appWith(
    ended({ state: 'returned' }),
    [operation(), old],
    [shifted(), shifted({ deployment: 'gone', operationId: 'op-old1' })],
  );
  expect(await runCommand(['return', 'site-a', '--yes'], app)).toBe(0);
  expect(wishes).toMatchObject([{ operationId: 'op-7f3k' }]);
  expect(app.printed.err).toContain('gone is not configured any more: op-old1 is left as it is');
});

test.for([
  { order: 'return', rows: [/site-a +50% +100%/, /site-b +50% +0%/] },
  { order: 'resume', rows: [/site-a +50% +0%/, /site-b +50% +100%/, /Steps left: weigh, weigh/] },
])('op $order shows the weights now and then before anything is done', async ({ order, rows }) => {
  const { app } = appWith(ended({ state: 'done' }));
  const connectTraffic = async () => fakeTraffic({ route: route(half), traffic: traffic([]) });
  // A return is asked for; going on is what was asked for already.
  expect(await runCommand(['op', order, 'last'], { ...app, connectTraffic })).toBe(order === 'return' ? 3 : 0);
  const said = order === 'return' ? app.printed.out : app.printed.err;
  expect(said).toMatch(/SITE +NOW +THEN/);
  for (const row of rows) expect(said).toMatch(row);
});

test('with the gateway not seen the weights now are not made up, and the order can be given all the same', async () => {
  const { app, wishes } = appWith(ended({ state: 'returned' }));
  expect(await runCommand(['op', 'return', 'last', '--yes'], app)).toBe(0);
  expect(app.printed.err).toMatch(/site-a +\? +100%/);
  expect(app.printed.err).toContain('The gateway is not seen');
  expect(wishes).toMatchObject([{ kind: 'return' }]);
});
