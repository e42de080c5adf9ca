import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { PinWish } from '../../../src/engine/pin.ts';
import { GodwitError } from '../../../src/errors.ts';
import { mostReasonLetters } from '../../../src/model/pin.ts';
import type { Store } from '../../../src/ports/store.ts';
import { pin } from '../../core/support/pins.ts';
import { config, deployment, nowMs, operation } from '../support/models.ts';
import { emptyStore } from '../support/record.ts';
import { sayingApp } from '../support/saying.ts';

const hourMs = 3_600_000;
const two = config({ deployments: [deployment(), deployment({ name: 'embed' })] });
const forAnHour = ['--for', '1h', '--reason', 'kernel upgrade'];

async function run(argv: readonly string[], store: Store, { agoMs = 0, typed = two } = {}) {
  const app = sayingApp(store, typed);
  const nowThen = { ...app.clock, nowMs: () => nowMs - agoMs };
  const code = await runCommand(argv, {
    ...app,
    clock: nowThen,
    say: (given, word) => sayAt(store, nowThen, given, word),
  });
  return { code, ...app.printed };
}

async function sayAt(
  store: Store,
  clock: { nowMs(): number },
  ...given: Parameters<ReturnType<typeof sayingApp>['say']>
) {
  const app = sayingApp(store);
  const { say } = sayingApp(store, undefined, { clock: { ...app.clock, nowMs: clock.nowMs } });
  await say(...given);
}

test('turns automation off until a moment that is said', async () => {
  const store = await emptyStore();
  const { code, out } = await run(['pause', 'chat', ...forAnHour], store);
  expect(code).toBe(0);
  expect(out).toBe('chat: automation is off until 04:21:07Z (in 1h)\n');
  expect(await store.standing.list()).toMatchObject([
    { kind: 'pause', deployment: 'chat', untilMs: nowMs + hourMs, reason: 'kernel upgrade' },
  ]);
});

test.for([
  { name: 'a millisecond short of a second later', agoMs: 999, outcome: 'unchanged', records: 1 },
  { name: 'a second later', agoMs: 1000, outcome: 'replaced', records: 2 },
])('the same asked again $name: $outcome', async ({ agoMs, outcome, records }) => {
  const store = await emptyStore();
  await run(['pause', 'chat', ...forAnHour], store, { agoMs });
  const { code, out } = await run(['pause', 'chat', ...forAnHour, '-o', 'json'], store);
  expect(code).toBe(0);
  expect(JSON.parse(out).items).toMatchObject([{ deployment: 'chat', outcome }]);
  expect(await store.journal.read({})).toHaveLength(records);
});

test('another end replaces the one before, and both are said', async () => {
  const store = await emptyStore();
  await run(['pause', 'chat', ...forAnHour], store);
  const { out } = await run(['pause', 'chat', '--for', '2d', '--reason', 'longer'], store);
  expect(out).toBe('chat: automation is off until 2026-11-25 03:21:07Z (in 2d); it was until\n04:21:07Z (in 1h)\n');
});

test('one that is over is not there any more', async () => {
  const store = await emptyStore();
  await run(['pause', 'chat', ...forAnHour], store, { agoMs: hourMs });
  expect((await run(['unpause', 'chat'], store)).out).toBe('chat: nothing to do: it is not paused\n');
  expect((await run(['pause', 'chat', ...forAnHour], store)).out).toBe(
    'chat: automation is off until 04:21:07Z (in 1h)\n',
  );
});

test('unpausing turns it on again; twice is nothing to do', async () => {
  const store = await emptyStore();
  await run(['pause', 'chat', ...forAnHour], store);
  expect(await run(['unpause', 'chat'], store)).toMatchObject({ code: 0, out: 'chat: automation is on again\n' });
  expect(await store.standing.list()).toEqual([]);
  expect(await run(['unpause', 'chat'], store)).toMatchObject({
    code: 0,
    out: 'chat: nothing to do: it is not paused\n',
  });
});

test.for([
  { argv: ['pause', 'chat', '--reason', 'x'], says: "required option '--for <time>' not specified" },
  { argv: ['pause', 'chat', '--for', '1h'], says: "required option '--reason <text>' not specified" },
  { argv: ['pause', 'chat', '--for', '1h', '--reason', ' '], says: 'write at least a word' },
  { argv: ['pause', 'chat', '--for', '8d', '--reason', 'x'], says: 'at most 7d' },
  { argv: ['pause', 'chat', '--for', '0m', '--reason', 'x'], says: 'write a time with its unit' },
  { argv: ['pause', ...forAnHour], says: 'which deployment? Name one, or say --all' },
  { argv: ['unpause'], says: 'which deployment? Name one, or say --all' },
  { argv: ['pause', 'chat', '--all', ...forAnHour], says: 'name a deployment, or say --all, not both' },
  { argv: ['pause', 'chta', ...forAnHour], says: 'did you mean "chat"' },
])('$argv is refused and nothing is set', async ({ argv, says }) => {
  const store = await emptyStore();
  const { code, err } = await run(argv, store);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(await store.standing.list()).toEqual([]);
});

test('seven days are still allowed', async () => {
  expect(await run(['pause', 'chat', '--for', '7d', '--reason', 'x'], await emptyStore())).toMatchObject({ code: 0 });
});

test.for([
  [mostReasonLetters, 0],
  [mostReasonLetters + 1, 2],
] as const)('a reason of %i letters ends with exit %i: the gateway keeps no longer one', async ([letters, exit]) => {
  const words = ['--reason', 'x'.repeat(letters)];
  expect(await run(['pause', 'chat', '--for', '1h', ...words], await emptyStore())).toMatchObject({ code: exit });
  expect(await run(['unpause', 'chat', ...words], await emptyStore())).toMatchObject({ code: exit });
});

test('all of them, when that is said', async () => {
  const store = await emptyStore();
  expect(await run(['pause', '--all', ...forAnHour], store)).toMatchObject({ code: 0 });
  expect((await store.standing.list()).map(({ deployment: name }) => name).sort()).toEqual(['chat', 'embed']);
  expect((await run(['unpause', '--all'], store)).out).toBe(
    'chat: automation is on again\nembed: automation is on again\n',
  );
});

test('one of several that fails is told with the others', async () => {
  const store = await emptyStore();
  const fine = sayingApp(store, two);
  const app = sayingApp(store, two, {
    say: async (given, word) => {
      if (word.deployment === 'chat') throw new GodwitError('StoreFailed', 'disk full');
      await fine.say(given, word);
    },
  });
  expect(await runCommand(['pause', '--all', ...forAnHour], app)).toBe(1);
  expect(app.printed.out).toContain('chat: FAILED, not changed: disk full; and the gateway did not keep the');
  expect(app.printed.out).toContain('embed: automation is off until 04:21:07Z (in 1h)\n');
});

const lost = { class: 'unknown', code: 'Lost', message: 'no answer in time' } as const;
const away = async (): Promise<never> => {
  throw new GodwitError('StoreFailed', 'no such file');
};

test('with the store and the gateway away nothing is changed, and both reasons are said', async () => {
  const app = sayingApp(await emptyStore(), two, { openStore: away });
  expect(await runCommand(['pause', 'chat', ...forAnHour], app)).toBe(1);
  expect(app.printed.err).toContain('no such file; and the gateway did not keep the pause: no gateway answers');
  expect(app.printed.err).toContain('Nothing was changed');
});

test.for([
  {
    argv: ['pause', 'chat', ...forAnHour],
    says: 'whether it kept the pause: no answer in time. It may have been kept',
  },
  { argv: ['pause', '--all', ...forAnHour], says: 'NOT KNOWN: no such file; and the gateway did not say whether' },
  {
    argv: ['op', 'hold', 'last', '--deployment', 'chat', '--reason', 'odd'],
    says: 'whether it kept the hold: no answer in time. It may have been kept',
  },
])('with the store away and the answer of the gateway lost $argv is unknown', async ({ argv, says }) => {
  const app = sayingApp(await emptyStore(), two, {
    openStore: away,
    pin: async () => ({ kind: 'unknown', error: lost }),
  });
  expect(await runCommand(argv, app)).toBe(11);
  expect((app.printed.out + app.printed.err).replaceAll(/\s+/g, ' ')).toContain(says);
  expect(app.printed.err).not.toContain('Nothing was changed');
});

test.for([
  {
    released: { kind: 'done', value: [3] },
    code: 1,
    says: 'FAILED: the gateway keeps nothing any more, but automation',
  },
  { released: { kind: 'unknown', error: lost }, code: 11, says: 'NOT KNOWN: automation stays off (no such file)' },
] as const)('an unpause that the store fails under tells what the gateway did: $released.kind', async (given) => {
  const { released, code, says } = given;
  const store = await emptyStore();
  await run(['pause', 'chat', ...forAnHour], store);
  const app = sayingApp(store, two, { say: away, releasePins: async () => released });
  expect(await runCommand(['unpause', 'chat'], app)).toBe(code);
  expect(app.printed.out.replaceAll(/\s+/g, ' ')).toContain(says);
  expect(app.printed.err).not.toContain('Nothing was changed');
});

test('with the store away the gateway keeps the pause, and says until when (I32)', async () => {
  const asked: PinWish[] = [];
  const app = sayingApp(await emptyStore(), two, {
    openStore: away,
    pin: async (_, wish) => {
      asked.push(wish);
      return { kind: 'done', value: pin({ kind: 'pause', untilMs: nowMs + hourMs }) };
    },
  });
  expect(await runCommand(['pause', 'chat', ...forAnHour], app)).toBe(0);
  expect(asked).toEqual([{ deployment: 'chat', kind: 'pause', reason: 'kernel upgrade', forMs: hourMs }]);
  expect(app.printed.out.replaceAll(/\s+/g, ' ')).toContain(
    'the gateway lets nobody move the weights until 04:21:07Z (in 1h); recorded once the store is back (no such file)',
  );
});

test.for([
  { name: 'what the gateway kept is let go also while the store is away', released: [3], code: 0 },
  { name: 'with nothing kept a store that is away is an error', released: [], code: 1 },
])('$name', async ({ released, code }) => {
  const app = sayingApp(await emptyStore(), two, {
    openStore: away,
    releasePins: async () => ({ kind: 'done', value: released }),
  });
  expect(await runCommand(['unpause', 'chat'], app)).toBe(code);
  expect(app.printed.out).toBe(code === 0 ? 'chat: automation is on again\n' : '');
});

test.for([
  { order: 'hold', words: [], weights: undefined, says: 'the weights stay as they are' },
  { order: 'return', words: ['--yes'], weights: { left: 100 }, says: 'the weights are left 100% (one step back' },
] as const)('with the store away op $order is said to the gateway', async ({ order, words, weights, says }) => {
  const asked: PinWish[] = [];
  const app = sayingApp(await emptyStore(), two, {
    openStore: away,
    pin: async (_, wish) => {
      asked.push(wish);
      return { kind: 'done', value: pin({ kind: order, weights }) };
    },
  });
  expect(await runCommand(['op', order, 'last', ...words], app)).toBe(1);
  expect(app.printed.err).toContain('--deployment NAME');
  expect(await runCommand(['op', order, 'last', '--deployment', 'chat', '--reason', 'odd', ...words], app)).toBe(0);
  expect(asked).toEqual([{ deployment: 'chat', kind: order, reason: 'odd', forMs: 4 * hourMs }]);
  expect(app.printed.out).toContain(says);
  expect(app.printed.err).toContain('godwit unpause chat');
});

test('the gateway is not told to return without a yes', async () => {
  const app = sayingApp(await emptyStore(), two, { openStore: away });
  expect(await runCommand(['op', 'return', 'last', '--deployment', 'chat'], app)).toBe(1);
  expect(app.printed.err).toContain('--deployment chat --yes');
});

test('a store that can be read and not written sends an order to the gateway too', async () => {
  const store = await emptyStore();
  const known = operation({ id: 'op-9k2m', state: 'shifting', endedAtMs: undefined });
  const asked: PinWish[] = [];
  const app = sayingApp({ ...store, operations: { ...store.operations, list: async () => [known] } }, two, {
    carryOut: away,
    pin: async (_, wish) => {
      asked.push(wish);
      return { kind: 'done', value: pin({ kind: 'hold' }) };
    },
  });
  expect(await runCommand(['op', 'hold', 'last', '--reason', 'odd'], app), app.printed.err).toBe(0);
  expect(asked).toEqual([{ deployment: 'chat', kind: 'hold', reason: 'odd', forMs: 4 * hourMs }]);
});

test('a return of a known operation at the gateway names the weights from before it', async () => {
  const store = await emptyStore();
  const known = operation({ id: 'op-9k2m', state: 'shifting', endedAtMs: undefined });
  const asked: PinWish[] = [];
  const app = sayingApp({ ...store, operations: { ...store.operations, list: async () => [known] } }, two, {
    carryOut: away,
    pin: async (_, wish) => {
      asked.push(wish);
      return { kind: 'done', value: pin({ kind: 'return', weights: known.plan.before }) };
    },
  });
  expect(await runCommand(['op', 'return', 'last', '--yes', '--reason', 'odd'], app), app.printed.err).toBe(0);
  expect(asked).toMatchObject([{ kind: 'return', weights: known.plan.before }]);
  expect(app.printed.out).not.toContain('one step back');
});

test('an order that was asked for before the store failed is not given to the gateway too', async () => {
  const store = await emptyStore();
  const known = operation({ id: 'op-9k2m', state: 'shifting', endedAtMs: undefined });
  const app = sayingApp({ ...store, operations: { ...store.operations, list: async () => [known] } }, two, {
    carryOut: async () => {
      throw new GodwitError('OutcomeUnknown', 'it was asked for', { details: { isAsked: true } });
    },
    pin: async () => {
      throw new Error('the gateway must not be asked');
    },
  });
  expect(await runCommand(['op', 'return', 'last', '--yes'], app)).toBe(11);
  expect(app.printed.err).toContain('it was asked for');
});

const absent = { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' } as const;
const sick = { class: 'transient', code: 'Status503', message: 'its file cannot be written' } as const;

test.for([
  { kind: 'unknown', error: lost, isPaused: true, code: 11, says: 'NOT KNOWN: whether the gateway let go' },
  { kind: 'unknown', error: lost, isPaused: false, code: 11, says: 'NOT KNOWN: whether the gateway let go' },
  { kind: 'refused', error: sick, isPaused: true, code: 1, says: 'FAILED: automation is on again, but the' },
  { kind: 'refused', error: sick, isPaused: false, code: 1, says: 'FAILED, not changed: the gateway did not let go' },
  { kind: 'refused', error: absent, isPaused: true, code: 0, says: 'automation is on again; no gateway answers: pins' },
  { kind: 'refused', error: absent, isPaused: false, code: 0, says: 'it is not paused; no gateway answers: pins' },
] as const)(
  'unpause of what is paused ($isPaused) when the gateway says $kind $error.code exits $code',
  async ({ kind, error, isPaused, code, says }) => {
    const store = await emptyStore();
    if (isPaused) await run(['pause', 'chat', ...forAnHour], store);
    const app = sayingApp(store, two, { releasePins: async () => ({ kind, error }) });
    expect(await runCommand(['unpause', 'chat'], app)).toBe(code);
    expect(app.printed.out.replaceAll(/\s+/g, ' ')).toContain(says);
    expect(await store.standing.list()).toEqual([]);
  },
);

test('a protected environment wants a reason for a return also while the store is away', async () => {
  const asked: PinWish[] = [];
  const app = sayingApp(await emptyStore(), config({ isProtected: true }), {
    openStore: away,
    pin: async (_, wish) => {
      asked.push(wish);
      return { kind: 'done', value: pin({ kind: 'return', weights: { left: 100 } }) };
    },
  });
  expect(await runCommand(['op', 'return', 'last', '--yes'], app)).toBe(2);
  expect(asked).toEqual([]);
  expect(await runCommand(['op', 'return', 'last', '--yes', '--reason', 'drill'], app)).toBe(0);
  expect(asked).toHaveLength(1);
});
