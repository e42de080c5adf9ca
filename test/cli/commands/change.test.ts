import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { WishEnd } from '../../../src/engine/carry-out.ts';
import type { Danger } from '../../../src/model/forecast.ts';
import type { Plan, Step } from '../../../src/model/plan.ts';
import type { Preview } from '../../../src/model/preview.ts';
import type { ProviderError } from '../../../src/model/provider-error.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { fakeApp, liveTerminal } from '../support/fake-app.ts';
import { nowMs, operation, plan } from '../support/models.ts';
import { planned, preview } from '../support/previews.ts';

const ended: WishEnd = { kind: 'ended', operation: operation(), by: 'controller' };
const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;

function appThatEnds(end: WishEnd, over: Parameters<typeof fakeApp>[0] = {}) {
  const wishes: { wish: Wish; timeoutMs: number | undefined }[] = [];
  const app = fakeApp({
    carryOut: async (_, wish, { timeoutMs }) => {
      wishes.push({ wish, timeoutMs });
      return end;
    },
    preview: async (_, wish) => preview(wish),
    ...over,
  });
  return { app, wishes };
}

/** The signal comes while the change is carried out. */
function appInterruptedBy(name: string | undefined, end: WishEnd) {
  const stop = new AbortController();
  const carryOut = async (): Promise<WishEnd> => {
    if (name !== undefined) stop.abort(name);
    return end;
  };
  return appThatEnds(end, { interrupted: stop.signal, carryOut });
}

test('hands on what was typed, and tells how it ended', async () => {
  const { app, wishes } = appThatEnds(ended);
  const argv = [
    'failover',
    'chat',
    '--away-from',
    'site-a',
    '--to',
    'site-b',
    '--reason',
    'rack',
    '--timeout',
    '5m',
    '--yes',
  ];
  expect(await runCommand(argv, app)).toBe(0);
  expect(wishes).toEqual([
    {
      wish: { deployment: 'chat', kind: 'failover', from: 'site-a', to: 'site-b', reason: 'rack' },
      timeoutMs: 300_000,
    },
  ]);
  expect(app.printed.out).toContain('op-7f3k  automatic failover of chat');
});

test('changes nothing when there is nobody to ask, and prints the exact command', async () => {
  const { app, wishes } = appThatEnds(ended);
  expect(await runCommand(['switchover', 'chat', '--to', 'site-b', '--reason', "anna's test"], app)).toBe(3);
  expect(wishes).toEqual([]);
  expect(app.printed.out).toMatch(/^test: switchover of chat\nMove all of site-a's chat traffic to site-b\.\nSITE /);
  expect(app.printed.err).toBe(
    "Nothing was changed: nobody to ask. To do it:  godwit switchover chat --to site-b --reason 'anna'\\''s test' --config /etc/godwit/godwit.yaml --yes\n(exit 3)\n",
  );
});

test.for([
  { name: 'with --no-input', argv: ['--no-input'], terminal: liveTerminal },
  { name: 'in a job or under an agent', argv: [], terminal: { ...liveTerminal, isUnattended: true } },
  { name: 'without a terminal on standard input', argv: [], terminal: { ...liveTerminal, stdin: { isTty: false } } },
])('asks nobody $name', async ({ argv, terminal }) => {
  const { app, wishes } = appThatEnds(ended, { terminal });
  expect(await runCommand(['failover', 'chat', ...argv], app)).toBe(3);
  expect(app.printed.questions).toEqual([]);
  expect(wishes).toEqual([]);
});

test.for([
  ['y', 0],
  ['YES', 0],
  [' yes ', 0],
  ['', 3],
  ['n', 3],
  ['yeah', 3],
  [undefined, 3],
] as const)('takes the answer %j to mean exit %i', async ([answer, exit]) => {
  const { app, wishes } = appThatEnds(ended, { terminal: liveTerminal, answer });
  expect(await runCommand(['failover', 'chat', '--progress', 'none'], app)).toBe(exit);
  expect(app.printed.questions).toEqual(['Go on? [y/N] ']);
  expect(wishes.length).toBe(exit === 0 ? 1 : 0);
  expect(app.printed.err).toContain('test: failover of chat\nMove all of');
});

test.for([
  ['done', 0],
  ['failed', 1],
  ['returned', 12],
  ['unknown', 11],
] as const)('an operation that ended %s exits %i', async ([state, exit]) => {
  const { app } = appThatEnds({ kind: 'ended', operation: operation({ state }), by: 'this-process' });
  expect(await runCommand(['failover', 'chat', '--yes', '-o', 'json'], app)).toBe(exit);
  expect(JSON.parse(app.printed.out)).toMatchObject({
    apiVersion: 'godwit/v1',
    kind: 'Operation',
    outcome: state,
    carriedOutBy: 'this-process',
    operation: { id: 'op-7f3k', before: { 'site-a': 1, 'site-b': 0 }, after: { 'site-a': 0, 'site-b': 1 } },
  });
});

test.for([
  ['capacity', 6],
  ['quota', 6],
  ['auth', 4],
  ['conflict', 1],
] as const)('an operation that failed for its %s exits %i', async ([kind, exit]) => {
  const error = { class: kind, code: 'X', message: 'said no' } as const;
  const { app } = appThatEnds({ kind: 'ended', operation: operation({ state: 'failed', error }), by: 'this-process' });
  expect(await runCommand(['failover', 'chat', '--yes'], app)).toBe(exit);
  expect(app.printed.err).toMatch(new RegExp(`godwit status\\s+\\(exit ${exit}\\)\n$`));
});

const weigh = { kind: 'weigh', gate: undefined, deadlineMs: 1000 } as const;
const half = { 'site-a': 50, 'site-b': 50 };
const steps: Plan['steps'] = [
  { kind: 'stamp', name: '0', deadlineMs: 1000 },
  { ...weigh, name: '1', weights: half },
  { ...weigh, name: '2', weights: { 'site-a': 0, 'site-b': 100 } },
  { kind: 'stop', site: 'site-a', how: 'stop', name: '3', deadlineMs: 1000 },
];

test.for([
  { state: 'failed', step: 0, says: 'It moved no traffic: site-a 100% (0 of 4 steps done).' },
  {
    state: 'failed',
    step: 1,
    says: 'It moved no traffic: site-a 100% (1 of 4 steps done; step 2 may have changed more).',
  },
  {
    state: 'unknown',
    step: 2,
    says: 'The last weights it put in force: site-a 50%, site-b 50% (2 of 4 steps done; step 3 may have changed more).',
  },
  {
    state: 'unknown',
    step: 3,
    says: 'The last weights it put in force: site-b 100% (3 of 4 steps done). A replica at site-a may have been stopped.',
  },
  {
    state: 'unknown',
    step: 0,
    says: 'It moved no traffic: site-a 100% (0 of 4 steps done; step 1 may have changed more).',
  },
  { state: 'returned', step: 2, says: 'The weights are as before: site-a 100%.' },
] as const)('what $state after $step steps names what was and was not changed', async ({ state, step, says }) => {
  const ended = operation({ state, step, plan: plan({ steps }) });
  const { app } = appThatEnds({ kind: 'ended', operation: ended, by: 'controller' });
  await runCommand(['failover', 'chat', '--yes'], app);
  expect(app.printed.err).toContain(`${says}\n`);
});

const at = { site: 'site-a', name: '1', deadlineMs: 1000 } as const;
const ofGateway = { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' } as const;
const ofProvider = { class: 'invalid', code: 'Protected', message: 'termination protection' } as const;
const ofRule = { class: 'invalid', code: 'RemovalVelocity', message: 'one site at a time' } as const;
const ofLaterRule = { ...ofRule, class: 'conflict' } as const;

test.for([
  {
    step: { ...at, kind: 'stop', how: 'stop' },
    error: ofProvider,
    mayHave: 'A replica at site-a may have been stopped',
  },
  {
    step: { ...at, kind: 'stop', how: 'delete' },
    error: ofLaterRule,
    mayHave: 'A replica at site-a may have been deleted',
  },
  {
    step: { ...at, kind: 'launch', slots: [0], bestEffort: false },
    error: ofProvider,
    mayHave: 'A replica at site-a may have been started',
  },
  { step: { ...at, kind: 'cut' }, error: ofGateway, mayHave: 'Requests at site-a may have been cut' },
  { step: { ...at, kind: 'stop', how: 'stop' }, error: ofRule, mayHave: undefined },
  { step: { ...at, kind: 'drain' }, error: ofGateway, mayHave: undefined },
  { step: { ...at, kind: 'prove', replicas: 1 }, error: ofGateway, mayHave: undefined },
  { step: { kind: 'stamp', name: '1', deadlineMs: 1000 }, error: ofGateway, mayHave: undefined },
  { step: { kind: 'undo', run: 'loss-1', name: '1', deadlineMs: 1000 }, error: ofGateway, mayHave: undefined },
  { step: { kind: 'settle', forMs: 1, name: '1', deadlineMs: 1000 }, error: ofGateway, mayHave: undefined },
] as const satisfies readonly { step: Step; error: ProviderError; mayHave: string | undefined }[])(
  'a half-done $step.kind ($error.code) says what it may have changed: $mayHave',
  async ({ step, error, mayHave }) => {
    const rest = { step: 1, plan: plan({ steps: [{ kind: 'stamp', name: '0', deadlineMs: 1000 }, step] }), error };
    const may = mayHave === undefined ? '' : ` ${mayHave}:  godwit verify op-7f3k`;
    for (const [state, exit, says] of [
      ['failed', 1, `It moved no traffic: site-a 100% (1 of 2 steps done).${may}`],
      ['returned', 12, `The weights are as before: site-a 100%.${may}`],
    ] as const) {
      const { app } = appThatEnds({ kind: 'ended', operation: operation({ state, ...rest }), by: 'controller' });
      expect(await runCommand(['failover', 'chat', '--yes'], app)).toBe(exit);
      expect(app.printed.err).toContain(`${says}\n`);
    }
  },
);

test.for([
  [['NoReadyCapacity'], 6],
  [['NoReadyCapacity', 'ResidencyBlocked'], 5],
] as const)('refused for %j exits %i', async ([codes, exit]) => {
  const { app } = appThatEnds({ kind: 'refused', reasons: codes.map((code) => ({ code, message: 'so it is' })) });
  expect(await runCommand(['failover', 'chat', '--yes'], app)).toBe(exit);
  expect(app.printed.err).toMatch(new RegExp(`Nothing was changed\\.  \\(exit ${exit}\\)\n$`));
});

test('names every rule that refuses, and says nothing was changed', async () => {
  const reasons = [{ code: 'ResidencyBlocked', message: 'site-b lies in US' }] as const;
  const { app } = appThatEnds({ kind: 'refused', reasons });
  expect(await runCommand(['failover', 'chat', '--yes'], app)).toBe(5);
  expect(app.printed.out).toBe('Refused now:\n  ✖ ResidencyBlocked: site-b lies in US\n');
  expect(app.printed.err).toContain('Nothing was changed.  (exit 5)\n');
});

test('asking for what is in force already is no failure', async () => {
  const { app } = appThatEnds({ kind: 'nothing-to-do', message: 'site-b has 100 % already' });
  expect(await runCommand(['switchover', 'chat', '--to', 'site-b', '--yes'], app)).toBe(0);
  expect(app.printed.out).toBe('Nothing to do: site-b has 100 % already\n');
});

test('a time-out stops the waiting only, and says who goes on', async () => {
  const { app } = appThatEnds({ kind: 'still-running', operationId: 'op-9k2m', holder });
  expect(await runCommand(['failover', 'chat', '--yes', '--timeout', '1s'], app)).toBe(7);
  expect(app.printed.err).toContain(
    'Stopped waiting for op-9k2m: the controller godwit@node-1, pid 4711, goes on with it.',
  );
});

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while waiting exits %i', async ([name, exit]) => {
  const { app } = appInterruptedBy(name, { kind: 'still-running', operationId: undefined, holder: undefined });
  expect(await runCommand(['failover', 'chat', '--yes'], app)).toBe(exit);
  expect(app.printed.err).toContain('no controller holds it; `godwit run` goes on with it');
});

test.for([
  [undefined, 75, ' (the controller godwit@node-1, pid 4711, holds the lease)'],
  ['SIGINT', 130, ' (the controller godwit@node-1, pid 4711, holds the lease)'],
] as const)('a request taken back after %s exits %i and says nothing was changed', async ([name, exit, who]) => {
  const { app } = appInterruptedBy(name, { kind: 'withdrawn', holder });
  expect(await runCommand(['failover', 'chat', '--yes', '--timeout', '1s'], app)).toBe(exit);
  expect(app.printed.err).toContain(
    `Nobody took the request up in time${who}: it was taken back and nothing was changed.`,
  );
});

test('a lease lost in the middle names who goes on', async () => {
  const record = { deployment: 'chat', holder, epoch: 4, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs - 3000 };
  const { app } = appThatEnds({ kind: 'lease-lost', record });
  expect(await runCommand(['failover', 'chat', '--yes'], app)).toBe(13);
  expect(app.printed.err).toContain('held by the controller godwit@node-1, pid 4711, renewed 3s ago');
  const { app: alone } = appThatEnds({ kind: 'lease-lost', record: undefined });
  expect(await runCommand(['failover', 'chat', '--yes'], alone)).toBe(13);
  expect(alone.printed.err).toContain('nobody holds it now');
});

test.for([
  { argv: ['failover', 'chta', '--yes'], hint: 'did you mean "chat"?' },
  { argv: ['failover', 'zzzzzzz', '--yes'], hint: 'known: chat' },
  { argv: ['switchover', 'chat', '--to', 'site-d', '--yes'], hint: 'did you mean "site-a" or "site-b"' },
  { argv: ['failover', 'chat', '--away-from', 'site-aa', '--yes'], hint: 'did you mean "site-a"' },
])('refuses a name that is not configured: $argv', async ({ argv, hint }) => {
  const { app, wishes } = appThatEnds(ended);
  expect(await runCommand(argv, app)).toBe(2);
  expect(app.printed.err).toMatch(new RegExp(hint));
  expect(wishes).toEqual([]);
});

test('prints progress as lines on standard error, never on standard output', async () => {
  const { app } = appThatEnds(ended, {
    carryOut: async (_, __, ___, reporter) => {
      reporter.report({ atMs: nowMs, deployment: 'chat', type: 'warning', message: 'slow' });
      return ended;
    },
  });
  expect(await runCommand(['failover', 'chat', '--yes', '-o', 'json'], app)).toBe(0);
  expect(app.printed.err).toContain('03:21:07Z chat ▲ warning: slow');
  expect(app.printed.out.trim().split('\n')).toHaveLength(1);
});

/** Each look finds the world that is next in the list; the last one stays. */
function appThatSees(...worlds: readonly Partial<Preview>[]) {
  let looks = 0;
  const made = appThatEnds(ended, {
    terminal: liveTerminal,
    answer: 'y',
    preview: async (_, wish) => {
      const world = worlds[Math.min(looks, worlds.length - 1)];
      looks += 1;
      return preview(wish, world);
    },
  });
  return { ...made, looks: () => looks };
}

const failover = ['failover', 'chat', '--progress', 'none'];
const withSteps = (name: string, danger: Danger = { level: 'moderate', why: [] }): Partial<Preview> => {
  const made = planned({ danger });
  const [first] = made.plan.steps;
  const steps = first === undefined ? [] : [{ ...first, name }];
  return { planned: { ...made, basis: { ...made.basis, steps } } };
};

test('what was answered for is carried out only over the world that was looked at again', async () => {
  const { app, wishes, looks } = appThatSees({});
  expect(await runCommand(failover, app)).toBe(0);
  expect(looks()).toBe(2);
  expect(wishes).toMatchObject([{ wish: { expect: { weights: planned().basis.weights } } }]);
});

test('with --yes nobody took time to read: one look, and no world is expected', async () => {
  const { app, wishes, looks } = appThatSees({});
  expect(await runCommand([...failover, '--yes'], app)).toBe(0);
  expect(looks()).toBe(1);
  expect(wishes[0]?.wish.expect).toBeUndefined();
});

const severe: Danger = { level: 'severe', why: ['it is the last site'] };

test.for([
  { name: 'other steps', worlds: [withSteps('1-x'), withSteps('1-y')], questions: ['Go on? [y/N] ', 'Go on? [y/N] '] },
  {
    name: 'another danger',
    worlds: [withSteps('1-x'), withSteps('1-x', severe)],
    questions: ['Go on? [y/N] ', 'Type chat to go on: '],
  },
])('a plan with $name after the answer is shown and asked for again', async ({ worlds, questions }) => {
  const { app, wishes } = appThatSees(...worlds);
  const isSevere = questions[1] !== questions[0];
  expect(await runCommand(failover, app)).toBe(isSevere ? 3 : 0);
  expect(app.printed.questions).toEqual(questions);
  expect(app.printed.err).toContain('The plan is another one than the one you answered for.');
  expect(wishes).toHaveLength(isSevere ? 0 : 1);
});

test('a plan that changes at each of three questions is not carried out', async () => {
  const { app, wishes } = appThatSees(...['1-a', '1-b', '1-c', '1-d'].map((name) => withSteps(name)));
  expect(await runCommand(failover, app)).toBe(5);
  expect(app.printed.questions).toHaveLength(3);
  expect(app.printed.out).toContain('WorldMoved: the plan was another one after each of 3 questions');
  expect(wishes).toEqual([]);
});

test('what a rule refuses by the time of the answer is refused', async () => {
  const { app, wishes } = appThatSees({}, { against: [{ code: 'ResidencyBlocked', message: 'US' }] });
  expect(await runCommand(failover, app)).toBe(5);
  expect(app.printed.questions).toHaveLength(1);
  expect(wishes).toEqual([]);
});

const hostile = { ...holder, name: 'g\u001b[2Jx', host: 'h\nok: done' };
const hostileRecord = {
  deployment: 'chat',
  holder: hostile,
  epoch: 4,
  ttlMs: 10_000,
  heldMs: 60_000,
  renewedAtMs: nowMs - 3000,
};

test.for([
  { kind: 'still-running', operationId: 'op-9k2m', holder: hostile },
  { kind: 'withdrawn', holder: hostile },
  { kind: 'lease-lost', record: hostileRecord },
] as const)('a holder’s name and host reach the terminal clean: $kind', async (end) => {
  const { app } = appThatEnds(end);
  await runCommand([...failover, '--yes', '--timeout', '1s'], app);
  expect(app.printed.err).not.toContain('\u001b');
  expect(app.printed.err).not.toContain('\nok: done');
  expect(app.printed.err).toContain('pid 4711');
});
