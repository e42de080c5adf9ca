import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { WishEnd } from '../../../src/engine/carry-out.ts';
import type { SiteDiagnosis } from '../../../src/model/diagnosis.ts';
import type { Danger } from '../../../src/model/forecast.ts';
import type { Preview } from '../../../src/model/preview.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { fakeApp, liveTerminal } from '../support/fake-app.ts';
import { fakeStore } from '../support/fake-ports.ts';
import { config, deployment, operation } from '../support/models.ts';
import { planned, preview, siteForecast } from '../support/previews.ts';
import { ada } from '../support/saying.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-plan-'));
});

function appWith(over: (wish: Wish) => Partial<Preview> = () => ({}), given: Parameters<typeof fakeApp>[0] = {}) {
  const wishes: Wish[] = [];
  const ended: WishEnd = { kind: 'ended', operation: operation(), by: 'this-process' };
  const app = fakeApp({
    preview: async (_, wish) => preview(wish, over(wish)),
    carryOut: async (_, wish) => {
      wishes.push(wish);
      return ended;
    },
    ...given,
  });
  return { app, wishes };
}

const shift = ['shift', 'chat', '--from', 'site-a', '--reason', 'drivers'];

test('shows what would change, within 80 columns, and changes nothing', async () => {
  const sites = [
    siteForecast('site-a', { nowPct: 57, thenPct: 28, thenRps: 33, thenCapacityRps: 78 }),
    siteForecast('site-b', { nowPct: 43, thenPct: 72, thenRps: 54, thenCapacityRps: 22, starts: 1 }),
    siteForecast('site-c-with-a-name-beyond-all-measure', { ready: 0 }),
  ];
  const phases = [
    { phase: 'wake', steps: 2, medianMs: 88_000, worstMs: 120_000, leastMs: 0 },
    { phase: 'move', steps: 4, medianMs: undefined, worstMs: undefined, leastMs: 40_000 },
  ] as const;
  const drains = [{ site: 'site-a', budgetMs: 600_000, stopGraceMs: 5000, isStopped: true }];
  const cost = { nowUsdPerHour: 417, thenUsdPerHour: 402.6 };
  const { app, wishes } = appWith((wish) => ({ planned: planned({ sites, phases, drains, cost }, wish) }));
  expect(await runCommand(['plan', ...shift, '--share', '50%'], app)).toBe(0);
  const lines = app.printed.out.split('\n');
  expect(lines).toContain("Move 50% of site-a's chat traffic to site-b, for 4h, then back if healthy.");
  expect(lines).toContain('site-a                    57%   28%    2/2   42%  ✔ ok');
  expect(lines).toContain('site-b                    43%   72%    2/2  245%  starts 1');
  expect(lines).toContain('Cost    417.00 -> 402.60 USD/h (-14.40)');
  expect(lines).toContain('Time    wake 1m28s (worst 2m), move at least 40s');
  expect(lines).toContain('Streams at site-a get up to 10m to finish; what runs then is cut.');
  expect(app.printed.out).toContain('▲ The server at site-a gives them 5s');
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  expect(app.printed.err).toMatch(
    /^Nothing was changed\. To do this: {2}godwit shift chat .* --if-digest [0-9a-f]{12}\n$/,
  );
  expect(wishes).toEqual([]);
});

test('--dry-run on the verb itself shows the same and needs no reason', async () => {
  const { app, wishes } = appWith();
  expect(await runCommand(['shift', 'chat', '--from', 'site-a', '--dry-run'], app)).toBe(0);
  const { app: twin } = appWith();
  expect(await runCommand(['plan', 'shift', 'chat', '--from', 'site-a'], twin)).toBe(0);
  expect(app.printed.out).toBe(twin.printed.out);
  expect(app.printed.out).toContain('Move all of');
  expect(wishes).toEqual([]);
});

test('a move off a site that is bad says so, and what is quicker', async () => {
  const bad: SiteDiagnosis = {
    ...{ site: 'site-a', code: 'SiteDead', actionable: true, servesNothing: true, planes: ['data'], vantages: [] },
    ...{ sinceMs: 0, asOfMs: 0, message: 'refused', ready: [] },
  };
  const { app } = appWith((wish) => ({ diagnosis: { ...preview(wish).diagnosis, sites: [bad] } }));
  expect(await runCommand(['plan', ...shift], app)).toBe(0);
  expect(app.printed.out.replace(/\s+/g, ' ')).toContain(
    '▲ site-a is bad now: SiteDead: refused. At once: godwit failover chat --away-from site-a',
  );
});

test('a plan that a rule refuses says which, and what works instead', async () => {
  const { app } = appWith((wish) => ({
    against: [{ code: 'NoReadyCapacity', site: 'site-b', message: 'site-b can serve 22 rps' }],
    instead: [
      { kind: 'wake', wish: { ...wish, mayWake: true } },
      { kind: 'share', wish: { ...wish, sharePct: 4 } },
      { kind: 'to', wish: { ...wish, to: 'site-c' } },
    ],
  }));
  expect(await runCommand(['plan', ...shift], app)).toBe(6);
  expect(app.printed.out).toContain('✖ NoReadyCapacity');
  expect(app.printed.out).toContain(
    'What works instead:\n  1  start the target first:  add --wake\n  2  move less now:           --share 4%\n' +
      '  3  another target:          --to site-c\n',
  );
  expect(app.printed.err).toBe('Nothing was changed.  (exit 6)\n');
});

test('a reason and a warning longer than a line are wrapped under themselves, never cut', async () => {
  const message = 'site-b is cold and nothing of it runs: it must be started first, which takes some minutes to do';
  const why = 'it takes the last site that serves, and nothing else of the deployment is left that could serve';
  const drains = [{ site: 'site-a', budgetMs: 600_000, stopGraceMs: 5000, isStopped: true }];
  const { app } = appWith((wish) => ({
    against: [{ code: 'TargetAsleep', site: 'site-b', message }],
    planned: planned({ drains, danger: { level: 'severe', why: [why] } }, wish),
  }));
  expect(await runCommand(['plan', ...shift], app)).toBe(5);
  const lines = app.printed.out.split('\n');
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  expect(app.printed.out).not.toContain('...');
  for (const text of [message, why, 'once it is told to stop (stopGrace), less than that'])
    expect(app.printed.out.replaceAll(/\s+/g, ' ')).toContain(text);
  const at = lines.findIndex((line) => line.startsWith('  ✖ TargetAsleep: site-b is cold'));
  expect(lines[at + 1]).toMatch(/^ {4}\S/);
  const warned = lines.findIndex((line) => line.startsWith('▲ Severe: '));
  expect(lines[warned + 1]).toMatch(/^ {2}\S/);
});

test.for([
  { name: 'there are changes', against: [], exit: 2 },
  { name: 'there is nothing to do', against: [{ code: 'AlreadyThere', message: 'so it is' }], exit: 0 },
  { name: 'a rule refuses', against: [{ code: 'ResidencyBlocked', message: 'US' }], exit: 1 },
] as const)('--detailed-exitcode is $exit when $name', async ({ against, exit }) => {
  const { app } = appWith(() => ({ against }));
  expect(await runCommand(['plan', ...shift, '--detailed-exitcode'], app)).toBe(exit);
});

test.for([
  ['a mistyped flag', ['plan', 'shift', 'chat', '--form', 'x', '--detailed-exitcode']],
  ['an unknown deployment', ['plan', 'shift', 'chta', '--from', 'site-a', '--detailed-exitcode']],
] as const)('with --detailed-exitcode %s is an error, never "changes"', async ([, argv]) => {
  const { app } = appWith();
  expect(await runCommand(argv, app)).toBe(1);
});

test('writes a plan that its owner alone can read, and never over another', async () => {
  const path = join(dir, 'plan.json');
  const { app } = appWith();
  expect(await runCommand(['plan', ...shift, '--out', path], app)).toBe(0);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    apiVersion: 'godwit/v1',
    kind: 'Plan',
    changes: true,
    wish: { deployment: 'chat', kind: 'shift', from: 'site-a', forMs: 4 * 3_600_000 },
  });
  expect(app.printed.err).toContain(`godwit apply --plan ${path}`);
  const { app: again } = appWith();
  expect(await runCommand(['plan', ...shift, '--out', path], again)).toBe(2);
  expect(again.printed.err).toContain('is there already');
  expect(await runCommand(['plan', ...shift, '--out', path, '--force'], appWith().app)).toBe(0);
});

test('a plan applied sends the wish with what it was made from, and asks nothing', async () => {
  const path = join(dir, 'plan.json');
  await runCommand(['plan', ...shift, '--out', path], appWith().app);
  const { app, wishes } = appWith();
  expect(await runCommand(['apply', '--plan', path], app)).toBe(0);
  expect(wishes).toMatchObject([{ kind: 'shift', reason: 'drivers', expect: { weights: { 'site-a': 100 } } }]);
  expect(app.printed.questions).toEqual([]);
});

test('a plan over a world that has moved is refused, with what moved', async () => {
  const path = join(dir, 'plan.json');
  await runCommand(['plan', ...shift, '--out', path], appWith().app);
  const against = [{ code: 'WorldMoved', message: 'the split was {"site-a":100} when it was planned' }] as const;
  const { app, wishes } = appWith(() => ({ against }));
  expect(await runCommand(['apply', '--plan', path], app)).toBe(5);
  expect(app.printed.out).toContain('WorldMoved: the split was');
  expect(app.printed.err).toContain('Nothing was changed.');
  expect(wishes).toEqual([]);
});

test.for([
  ['no JSON', '{', 'is no JSON'],
  ['a list', '[]', 'is no plan of godwit'],
  ['somebody else’s', '{"format_version":"1.2","planned_values":{}}', 'is no plan of godwit'],
  ['a newer godwit’s', '{"apiVersion":"godwit/v2","kind":"Plan"}', 'another godwit (godwit/v2)'],
  ['another document', '{"apiVersion":"godwit/v1","kind":"Status"}', 'holds a Status, not a Plan'],
  ['half a plan', '{"apiVersion":"godwit/v1","kind":"Plan","changes":true,"digest":"x"}', 'is no whole plan: wish'],
] as const)('a file that is %s is refused in words', async ([, content, said]) => {
  const path = join(dir, 'plan.json');
  writeFileSync(path, content);
  const { app, wishes } = appWith();
  expect(await runCommand(['apply', '--plan', path], app)).toBe(2);
  expect(app.printed.err).toContain(said);
  expect(app.printed.err).toContain('Nothing was changed.');
  expect(wishes).toEqual([]);
});

test('a plan that was changed by hand is refused', async () => {
  const path = join(dir, 'plan.json');
  await runCommand(['plan', ...shift, '--out', path], appWith().app);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"site-a": 100', '"site-a": 99'));
  const { app } = appWith();
  expect(await runCommand(['apply', '--plan', path], app)).toBe(2);
  expect(app.printed.err).toContain('was changed after it was written');
});

test.for([
  ['its target', '"from": "site-a"', '"from": "site-b"'],
  ['how long it lasts', '"forMs": 14400000', '"forMs": 14400001'],
] as const)('a plan of which %s was changed by hand is refused', async ([, was, is]) => {
  const path = join(dir, 'plan.json');
  await runCommand(['plan', ...shift, '--out', path], appWith().app);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(was);
  writeFileSync(path, text.replace(was, is));
  const { app, wishes } = appWith();
  expect(await runCommand(['apply', '--plan', path], app)).toBe(2);
  expect(app.printed.err).toContain('was changed after it was written');
  expect(wishes).toEqual([]);
});

test.for([
  { maxExpiryMs: 4 * 3_600_000, exit: 0 },
  { maxExpiryMs: 4 * 3_600_000 - 1, exit: 2 },
])('a plan for 4h is applied with exit $exit under a policy of $maxExpiryMs ms', async ({ maxExpiryMs, exit }) => {
  const path = join(dir, 'plan.json');
  await runCommand(['plan', ...shift, '--out', path], appWith().app);
  const chat = deployment();
  const failover = { ...chat.failover, manual: { ...chat.failover.manual, maxExpiryMs } };
  const shorter = config({ deployments: [{ ...chat, failover }] });
  const reading = { kind: 'valid', config: shorter, warnings: { text: '', findings: [] } } as const;
  const { app, wishes } = appWith(undefined, { reading });
  expect(await runCommand(['apply', '--plan', path], app)).toBe(exit);
  expect(wishes).toHaveLength(exit === 0 ? 1 : 0);
});

test('the digest of one wish is not that of another over the same world', async () => {
  const { app: looking } = appWith();
  await runCommand(['plan', ...shift, '-o', 'json'], looking);
  const { digest } = JSON.parse(looking.printed.out) as { digest: string };
  const { app, wishes } = appWith();
  expect(await runCommand([...shift, '--expires', '5h', '--yes', '--if-digest', digest], app)).toBe(5);
  expect(wishes).toEqual([]);
  const later = shift.with(-1, 'another reason');
  expect(await runCommand([...later, '--yes', '--if-digest', digest], app)).toBe(0);
});

const severe: Danger = { level: 'severe', why: ['it overrides LastServingSite'] };

test('--yes never covers what is severe: exit 3 names --confirm', async () => {
  const { app, wishes } = appWith((wish) => ({ planned: planned({ danger: severe }, wish) }));
  const argv = [...shift, '--override', 'LastServingSite', '--yes'];
  expect(await runCommand(argv, app)).toBe(3);
  expect(app.printed.err).toContain('it needs --confirm. To do it:  godwit shift chat');
  expect(app.printed.err).toContain('--confirm chat');
  expect(wishes).toEqual([]);
});

test.for([
  ['chat', 3, 'the name with --yes and without a terminal is enough', ['--confirm', 'chat'], 0],
  ['', 3, 'another name is not', ['--confirm', 'chta'], 3],
] as const)('what is severe is confirmed by name: $2', async ([, , , words, exit]) => {
  const { app, wishes } = appWith((wish) => ({ planned: planned({ danger: severe }, wish) }));
  expect(await runCommand([...shift, ...words], app)).toBe(exit);
  expect(wishes.length).toBe(exit === 0 ? 1 : 0);
});

test.for([
  ['chat', 0],
  [' chat ', 0],
  ['y', 3],
  ['CHAT', 3],
  ['', 3],
  [undefined, 3],
] as const)('asked for something severe, the answer %j means exit %i', async ([answer, exit]) => {
  const danger = (wish: Wish) => ({ planned: planned({ danger: severe }, wish) });
  const { app, wishes } = appWith(danger, { terminal: liveTerminal, answer });
  expect(await runCommand([...shift, '--progress', 'none'], app)).toBe(exit);
  expect(app.printed.questions).toEqual(['Type chat to go on: ']);
  expect(wishes.length).toBe(exit === 0 ? 1 : 0);
});

test('what is mild is not asked for', async () => {
  const mild = (wish: Wish) => ({ planned: planned({ danger: { level: 'mild', why: [] } }, wish) });
  const { app, wishes } = appWith(mild);
  expect(await runCommand(['drain', 'chat', '--site', 'site-c'], app)).toBe(0);
  expect(wishes).toHaveLength(1);
});

test.for([
  ['shift', ['shift', 'chat', '--from', 'site-a']],
  ['stop', ['stop', 'chat', '--site', 'site-c']],
  ['migrate', ['migrate', 'chat', '--to', 'site-b']],
  ['an override', ['switchover', 'chat', '--to', 'site-b', '--override', 'LastServingSite']],
] as const)('%s needs a reason', async ([, argv]) => {
  const { app, wishes } = appWith();
  expect(await runCommand([...argv, '--yes'], app)).toBe(2);
  expect(app.printed.err).toContain('needs a reason');
  expect(wishes).toEqual([]);
});

test.for([
  ['72h', 0],
  ['72.1h', 2],
] as const)('a shift for %s ends with exit %i', async ([expires, exit]) => {
  const { app } = appWith();
  expect(await runCommand([...shift, '--expires', expires, '--yes'], app)).toBe(exit);
});

test.for([
  ['site-b', { to: 'site-b' }],
  ['auto', { to: undefined }],
  ['site-b=70,site-c=30', { split: { 'site-b': 70, 'site-c': 30 } }],
] as const)('a shift to %s is understood', async ([to, expected]) => {
  const { app, wishes } = appWith();
  expect(await runCommand([...shift, '--to', to, '--yes'], app)).toBe(0);
  expect(wishes).toMatchObject([expected]);
});

test.for([
  ['site-b=70,site-c=31', 'is 101% in all'],
  ['site-b=50,site-b=50', 'names a site twice'],
  ['site-b=100,site-c=0', 'is no part of a split'],
  ['site-d=100', 'did you mean'],
] as const)('a shift to %s is refused', async ([to, said]) => {
  const { app, wishes } = appWith();
  expect(await runCommand([...shift, '--to', to, '--yes'], app)).toBe(2);
  expect(app.printed.err).toContain(said);
  expect(wishes).toEqual([]);
});

test('what is in force already is nothing to do, and nobody is asked', async () => {
  const { app, wishes } = appWith(() => ({ against: [{ code: 'AlreadyThere', message: 'site-b has 100 % already' }] }));
  expect(await runCommand(['switchover', 'chat', '--to', 'site-b'], app)).toBe(0);
  expect(app.printed.out).toBe('Nothing to do: site-b has 100 % already\n');
  expect(wishes).toEqual([]);
});

test('another plan than the one of the digest is refused; the same one is pinned', async () => {
  const { app: looking } = appWith();
  await runCommand(['plan', ...shift, '-o', 'json'], looking);
  const { digest } = JSON.parse(looking.printed.out) as { digest: string };
  const { app, wishes } = appWith();
  expect(await runCommand([...shift, '--yes', '--if-digest', digest], app)).toBe(0);
  expect(wishes).toMatchObject([{ expect: { config: '3fa1c0ffee12' } }]);
  const { app: other, wishes: none } = appWith();
  expect(await runCommand([...shift, '--yes', '--if-digest', '0123456789ab'], other)).toBe(5);
  expect(other.printed.out).toContain('WorldMoved');
  expect(none).toEqual([]);
});

test('a second operator beside a person’s operation is told to try again', async () => {
  const against = [{ code: 'OperationRunning', message: 'op-7f3k (shift) by anna@desk is shifting' }] as const;
  const { app } = appWith(() => ({ against }));
  expect(await runCommand([...shift, '--yes'], app)).toBe(75);
  expect(app.printed.out).toContain('by anna@desk');
});

test('names the protected environment', async () => {
  const reading = {
    kind: 'valid',
    config: config({ isProtected: true }),
    warnings: { text: '', findings: [] },
  } as const;
  const { app } = appWith(undefined, { reading });
  expect(await runCommand(shift, app)).toBe(3);
  expect(app.printed.out).toContain('test (protected): shift of chat');
});

test.for([
  { requiresReason: true, exit: 2 },
  { requiresReason: false, exit: 0 },
])(
  'a policy that requires reasons ($requiresReason) makes a failover without one exit $exit',
  async ({ requiresReason, exit }) => {
    const chat = deployment();
    const failover = { ...chat.failover, manual: { ...chat.failover.manual, requiresReason } };
    const reading = {
      kind: 'valid',
      config: config({ deployments: [{ ...chat, failover }] }),
      warnings: { text: '', findings: [] },
    } as const;
    expect(await runCommand(['failover', 'chat', '--yes'], appWith(undefined, { reading }).app)).toBe(exit);
  },
);

test('--dry-run shows the plan also under a name that was asked for before; without it the first is followed', async () => {
  const wish: Wish = { deployment: 'chat', kind: 'shift', from: 'site-a', to: undefined, reason: 'drivers' };
  const empty = fakeStore({});
  const first = { ...wish, id: 'rq-chat-n-1', by: ada, atMs: 1, revision: 0, answer: undefined };
  const getRequest = async (id: string) => (id === first.id ? first : undefined);
  const given = { openStore: async () => ({ ...empty, operations: { ...empty.operations, getRequest } }) };
  const { app, wishes } = appWith(undefined, given);
  expect(await runCommand([...shift, '--request-id', 'n-1', '--dry-run'], app), app.printed.err).toBe(0);
  expect(app.printed.out).toContain('Move all of');
  expect(wishes).toEqual([]);
  const { app: again, wishes: followed } = appWith(undefined, given);
  expect(await runCommand([...shift, '--request-id', 'n-1'], again), again.printed.err).toBe(0);
  expect(followed).toHaveLength(1);
  const { app: other } = appWith(undefined, given);
  expect(await runCommand([...shift, '--share', '10%', '--request-id', 'n-1', '--yes'], other)).toBe(2);
});

test.for([
  { name: 'a rate', over: { thenRps: 20 }, why: 'no rate is configured' },
  { name: 'the traffic', over: { thenCapacityRps: 80 }, why: "the gateway's statistics are not seen" },
])('without $name the load is said not to be checked, and the site is not called ok', async ({ over, why }) => {
  const sites = [siteForecast('site-a', { nowPct: 100 }), siteForecast('site-b', { thenPct: 100, ...over })];
  const { app } = appWith((wish) => ({ planned: planned({ sites }, wish) }));
  expect(await runCommand(['plan', ...shift], app)).toBe(0);
  expect(app.printed.out).toMatch(/site-b +0% +100% +2\/2 +- +\? load not checked/);
  expect(app.printed.out).toContain(`Load is not checked at site-b: ${why}`);
  expect(app.printed.out).not.toMatch(/site-b.*ok/);
  const machine = appWith((wish) => ({ planned: planned({ sites }, wish) }));
  await runCommand(['plan', ...shift, '-o', 'json'], machine.app);
  expect(JSON.parse(machine.app.printed.out)).toMatchObject({ sites: [{}, { loadChecked: false }] });
});

test('before anything was done it says what the policy fixes, and nothing where it fixes nothing', async () => {
  const said = async (leastMs: number): Promise<string> => {
    const phases = [{ phase: 'move', steps: 2, medianMs: undefined, worstMs: undefined, leastMs }] as const;
    const { app } = appWith((wish) => ({ planned: planned({ phases }, wish) }));
    await runCommand(['plan', ...shift], app);
    return app.printed.out;
  };
  expect(await said(40_000)).toContain('Time    at least 40s by policy: nothing like it was done before');
  expect(await said(0)).toContain('Time    not known: nothing like it was done before');
});

test('what is to be typed has a reason where one is wanted, and only there', async () => {
  const { app } = appWith((wish) => ({ planned: planned({}, wish) }));
  const typed = ['plan', 'shift', 'chat', '--from', 'site-a', '--to', 'site-b'];
  expect(await runCommand(typed, app)).toBe(0);
  expect(app.printed.err).toMatch(/To do this: {2}godwit shift chat .* --reason WHY --if-digest/);
  const other = appWith((wish) => ({ planned: planned({}, wish) }));
  expect(await runCommand(['plan', 'switchover', 'chat', '--to', 'site-b'], other.app)).toBe(0);
  expect(other.app.printed.err).not.toContain('--reason');
});
