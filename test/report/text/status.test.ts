import { expect, test } from 'vitest';
import { jsonText } from '../../../src/report/json/document.ts';
import { statusJson } from '../../../src/report/json/status.ts';
import type { SiteRow, StatusView, Temporary } from '../../../src/report/status-view.ts';
import { statusText } from '../../../src/report/text/status.ts';
import { statusListText } from '../../../src/report/text/status-list.ts';
import { plainPaint, plainStyle, type Style } from '../../../src/report/text/style.ts';
import { iso } from '../../../src/report/text/time.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { nowMs, operation, plan } from '../../cli/support/models.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;

function row(name: string, over: Partial<SiteRow> = {}): SiteRow {
  return {
    name,
    wantPct: 0,
    realRatio: 0,
    state: 'healthy',
    sinceMs: nowMs - 3_600_000,
    evidenceAtMs: nowMs - 2000,
    ready: 2,
    replicas: 2,
    standby: 'hot',
    firstTokenP95Ms: undefined,
    inFlight: 0,
    replicaDomains: [],
    reasons: [],
    ...over,
  };
}

const dead = row('aws-virginia', {
  state: 'failing',
  sinceMs: nowMs - 840_000,
  ready: 0,
  replicas: 6,
  reasons: [{ code: 'EngineStalled', message: 'no tokens for 45 s from 3 of 3 views' }],
});

function view(over: Partial<StatusView> = {}): StatusView {
  return {
    environment: 'production',
    deployment: 'chat-70b',
    atMs: nowMs,
    mode: 'auto',
    service: { state: 'serving', why: 'requests are answered in time' },
    traffic: {
      attemptsPerSecond: 120,
      errorRatio: 0.002,
      firstTokenP95Ms: 1310,
      held: 0,
      totals: { requests: 5000, ok: 4990, failed: 8, cut: 2, retried: 12 },
    },
    sites: [
      dead,
      row('azure-sweden', { wantPct: 57, realRatio: 0.573, firstTokenP95Ms: 1400, ready: 6, replicas: 6 }),
      row('gcp-netherlands', { wantPct: 43, realRatio: 0.427, firstTokenP95Ms: 1300 }),
      row('coreweave-eu', {
        state: 'empty',
        standby: 'cold',
        ready: 0,
        reasons: [{ code: 'SiteEmpty', message: 'cold standby' }],
      }),
    ],
    open: undefined,
    last: operation(),
    failoverReady: {
      value: 'no',
      to: 'gcp-netherlands',
      isTargetReady: true,
      reasons: [{ code: 'CoolDown', message: 'op-7f3k was 12 m ago, least 30 m', untilMs: nowMs + 1_000_000 }],
    },
    controller: { kind: 'live', holder, renewedAtMs: nowMs - 2000 },
    sources: {
      controller: { kind: 'seen', asOfMs: nowMs - 2000, isStale: false },
      gateway: { kind: 'seen', asOfMs: nowMs, isStale: false },
      store: { kind: 'seen', asOfMs: nowMs, isStale: false },
    },
    owner: undefined,
    runbook: undefined,
    temporary: [],
    next: ['godwit status chat-70b -w', 'godwit journal verify'],
    ...over,
  };
}

const unicode: Style = { isUnicode: true, isAccessible: false, width: 80, paint: plainPaint };
const gone = { kind: 'unseen', why: 'connect ECONNREFUSED /var/lib/godwit/gateway.sock' } as const;

const cases: readonly (readonly [string, StatusView])[] = [
  ['after-a-failover', view()],
  [
    'in-the-middle-of-one',
    view({
      service: { state: 'degraded', why: '12.0% of attempts fail or come late' },
      open: operation({ id: 'op-9k2m', state: 'shifting', openedAtMs: nowMs - 9000, endedAtMs: undefined, step: 1 }),
    }),
  ],
  [
    'gateway-down',
    view({
      service: { state: 'unknown', why: 'the gateway cannot be seen' },
      traffic: undefined,
      sources: { ...view().sources, gateway: gone },
    }),
  ],
  [
    'nothing-seen',
    view({
      service: { state: 'unknown', why: 'the gateway cannot be seen; no fresh view of a controller' },
      traffic: undefined,
      sites: [
        row('a', { wantPct: undefined, realRatio: undefined, state: 'unknown', sinceMs: undefined, ready: undefined }),
      ],
      last: undefined,
      failoverReady: {
        value: 'unknown',
        to: undefined,
        isTargetReady: false,
        reasons: [{ code: 'UnknownView', message: 'no controller has looked at it' }],
      },
      controller: { kind: 'unseen' },
      sources: { controller: gone, gateway: gone, store: gone },
    }),
  ],
  [
    'controller-gone',
    view({
      controller: { kind: 'gone', holder, renewedAtMs: nowMs - 840_000 },
      sources: { ...view().sources, controller: { kind: 'seen', asOfMs: nowMs - 840_000, isStale: true } },
      failoverReady: { value: 'yes', to: 'gcp-netherlands', isTargetReady: false, reasons: [] },
      last: undefined,
    }),
  ],
];

test.for(cases)('%s reads as it did', async ([name, value]) => {
  await expect(`${statusText(value, unicode)}\n`).toMatchFileSnapshot(`../snapshots/status-${name}.txt`);
});

const paused: Temporary = {
  ...{ kind: 'pause', what: 'automation is paused', by: 'anna@desk', reason: 'drill' },
  ...{ untilMs: nowMs + 3_420_000, end: 'godwit unpause chat-70b' },
};

test('fits 80 columns and 24 rows with six sites and three temporary things, each with its countdown', () => {
  const sites = Array.from({ length: 6 }, (_, index) => ({ ...dead, name: `a-very-long-site-name-indeed-${index}` }));
  const shift: Temporary = { ...paused, kind: 'shift', what: 'shift op-9k2m', end: 'godwit op return op-9k2m' };
  const out: Temporary = {
    ...paused,
    kind: 'out',
    what: 'drained: left',
    untilMs: undefined,
    end: 'godwit start c --site left',
  };
  const page = { owner: 'team-inference', runbook: 'https://runbooks.example.com/chat-70b' };
  const lines = statusText(view({ sites, temporary: [paused, shift, out], ...page }), unicode).split('\n');
  expect(lines).toContain('Runbook        https://runbooks.example.com/chat-70b, owner team-inference');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  const shown = lines.filter((line) => /left|no end/.test(line) && line.includes('godwit'));
  expect(shown).toMatchObject([
    expect.stringMatching(/^Temporary +automation is paused, 57m left +godwit unpause chat-70b$/),
    expect.stringMatching(/shift op-9k2m, 57m left, .*godwit op return op-9k2m$/),
    expect.stringMatching(/drained: left, no end.*godwit start c --site left$/),
  ]);
});

test('beside two operations and three temporary things second lines give way, never a countdown or a command', () => {
  const sites = Array.from({ length: 6 }, (_, index) => ({ ...dead, name: `a-very-long-site-name-indeed-${index}` }));
  const because = [{ code: 'SiteFailing', message: 'w '.repeat(200) }] as const;
  const open = operation({ id: 'op-9k2m', state: 'shifting', endedAtMs: undefined, plan: plan({ because }) });
  const long = {
    ...paused,
    what: 'drained: azure-sweden-central',
    end: `godwit start chat --site ${'s'.repeat(60)}`,
  };
  const next = ['godwit op watch op-9k2m', 'godwit status chat-70b -w', 'godwit journal verify', 'godwit run'];
  const given = view({ sites, open, temporary: [paused, long, long], owner: 'team', runbook: 'r'.repeat(90), next });
  const lines = statusText(given, unicode).split('\n');
  expect(lines).toHaveLength(24);
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  expect(lines.filter((line) => line.includes('57m left'))).toHaveLength(3);
  expect(lines.at(-1)).toBe('Next           godwit op watch op-9k2m | godwit status chat-70b -w');
  expect(lines.filter((line) => line.startsWith('Fail over again?'))).toHaveLength(1);
  const heard = statusText(given, { ...unicode, isAccessible: true });
  expect(heard).toContain('godwit run');
});

const taken = { kind: 'preemption', code: 'marked-for-termination', message: 'm', deployment: 'chat' } as const;
const noticed = (name: string, ...atMs: readonly (number | undefined)[]): SiteRow =>
  row(name, {
    notices: {
      told: atMs.map((at, index) => ({ ...taken, replicaId: `i-${index}`, ...(at === undefined ? {} : { atMs: at }) })),
      asOfMs: nowMs - 2000,
    },
  });

test('what providers announce has its countdown, the soonest first, in the note and in a line of its own', () => {
  const sites = [noticed('left', nowMs + 4_800_000, nowMs + 90_000), noticed('right', undefined), noticed('far')];
  const text = statusText(view({ sites }), unicode);
  expect(text).toMatch(/left .*preemption in 1m30s: i-1 \+1$/m);
  expect(text).toMatch(/right .*preemption at any moment: i-0$/m);
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('Announced'));
  expect(lines.slice(at, at + 3)).toEqual([
    'Announced      right: preemption at any moment (i-0, marked-for-termination)',
    '               left: preemption in 1m30s, at 03:22:37Z (i-1, marked-for-termi...',
    '               and 1 more: godwit status -o json',
  ]);
  expect(statusText(view({ sites: [noticed('far')] }), unicode)).not.toContain('Announced');
});

test('what is wrong now comes before what will be', () => {
  const sites = [{ ...noticed('left', undefined), ...dead, name: 'left' }];
  expect(statusText(view({ sites }), unicode)).toMatch(/left .*EngineStalled/);
});

test('with six sites that announce something it still fits 80 columns and 24 rows', () => {
  const sites = Array.from({ length: 6 }, (_, index) => noticed(`a-very-long-site-name-indeed-${index}`, undefined, 1));
  const full = view({ sites, temporary: [paused, paused, paused], owner: 'team', runbook: 'https://runbook' });
  const lines = statusText(full, unicode).split('\n');
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => line.includes('57m left'))).toHaveLength(3);
});

test('machines are told with dates, and what could not be read', () => {
  const site = noticed('left', nowMs + 90_000);
  const told = [
    { kind: 'preemption', code: 'marked-for-termination', message: 'm', replica: 'i-0', at: iso(nowMs + 90_000) },
  ];
  expect(statusJson(view({ sites: [site] })).sites[0]?.notices).toEqual({
    asOf: iso(nowMs - 2000),
    unseen: null,
    told,
  });
  const unread = row('left', { notices: { told: [], unseen: 'too many calls' } });
  expect(statusJson(view({ sites: [unread] })).sites[0]?.notices).toEqual({
    asOf: null,
    unseen: 'too many calls',
    told: [],
  });
  expect(statusJson(view({ sites: [row('left')] })).sites[0]?.notices).toBeNull();
});

test('what a drill breaks is said to end by itself', () => {
  const drill: Temporary = { ...paused, kind: 'drill', what: 'drill at left', untilMs: undefined };
  expect(statusText(view({ temporary: [drill] }), unicode)).toMatch(/drill at left, ends by itself/);
});

test('what has no end keeps its name, and its command is whole on a line of its own where there is room', () => {
  const end = 'godwit switchover chat-70b --weights oslo=33,paris=33,rome=34 --keep';
  const kept: Temporary = { ...paused, kind: 'weights', what: 'weights kept', untilMs: undefined, end };
  const lines = statusText(view({ temporary: [kept] }), unicode).split('\n');
  const at = lines.findIndex((line) => line.startsWith('Temporary'));
  expect(lines.slice(at, at + 2)).toEqual([
    'Temporary      weights kept, no end, anna@desk',
    `${' '.repeat(80 - end.length)}${end}`,
  ]);
  const sites = Array.from({ length: 8 }, (_, index) => ({ ...dead, name: `site-${index}` }));
  const page = { owner: 'team', runbook: 'https://runbook', open: operation({ endedAtMs: undefined }) };
  const full = statusText(view({ sites, temporary: [kept, kept, kept], ...page }), unicode).split('\n');
  expect(full.find((line) => line.startsWith('Temporary'))).toMatch(/^Temporary {6}weights kept {3}godwit switchover/);
  expect(full.filter((line) => line.includes('weights kept'))).toHaveLength(3);
});

test('a fourth temporary thing is counted, not listed', () => {
  const text = statusText(view({ temporary: [paused, paused, paused, paused] }), unicode);
  expect(text).toContain('and 1 more: godwit status -o json');
});

test('fits 80 columns and 24 rows with six sites, an operation and every source missing', () => {
  const sites = Array.from({ length: 6 }, (_, index) => ({ ...dead, name: `a-very-long-site-name-indeed-${index}` }));
  const full = view({
    sites,
    open: operation({ id: 'op-9k2m', state: 'shifting', endedAtMs: undefined }),
    service: { state: 'degraded', why: 'w'.repeat(300) },
    controller: { kind: 'gone', holder: { ...holder, name: 'n'.repeat(60), host: 'h'.repeat(60) }, renewedAtMs: 0 },
    sources: {
      controller: { kind: 'unseen', why: 'x'.repeat(300) },
      gateway: gone,
      store: { kind: 'unseen', why: 'y '.repeat(100) },
    },
    next: ['godwit run', 'godwit failover chat-70b --away-from aws-virginia', 'godwit status chat-70b -w'],
  });
  const lines = statusText(full, unicode).split('\n');
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  expect(lines.length).toBeLessThanOrEqual(24);
});

test.for([40, 60, 100])('keeps to %i columns', (width) => {
  for (const [, value] of cases) {
    const lines = statusText(value, { ...unicode, width }).split('\n');
    expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
  }
});

test('a command to type next is not broken in two', () => {
  const next = ['godwit op watch op-vwardd', 'godwit status chat -w', 'godwit journal verify'];
  expect(statusText(view({ next }), unicode).split('\n').slice(-2)).toEqual([
    'Next           godwit op watch op-vwardd | godwit status chat -w',
    '               godwit journal verify',
  ]);
  // 65 columns are left: one more letter does not fit.
  const fitting = ['a'.repeat(30), 'b'.repeat(32)];
  expect(
    statusText(view({ next: fitting }), unicode)
      .split('\n')
      .at(-1),
  ).toBe(`Next           ${fitting.join(' | ')}`);
  expect(
    statusText(view({ next: [...fitting.slice(0, 1), 'b'.repeat(33)] }), unicode)
      .split('\n')
      .at(-1),
  ).toBe(`               ${'b'.repeat(33)}`);
});

test('counts the sites it does not list', () => {
  const text = statusText(view({ sites: Array.from({ length: 11 }, (_, index) => row(`s${index}`)) }), unicode);
  expect(text).toContain('and 3 more sites: -o wide');
});

test('wide says which failure domains replicas stand in, where a provider tells any', () => {
  expect(statusText(view(), unicode, 'wide')).not.toContain('DOMAINS');
  const told = view({ sites: [row('virginia', { replicaDomains: ['cb-1', 'cb-2'] }), row('sweden')] });
  expect(statusText(told, unicode, 'wide')).toMatch(/DOMAINS[\s\S]*virginia.*cb-1 cb-2/);
  expect(statusText(told, unicode)).not.toContain('cb-1');
});

test('says the same words in ASCII where there is no Unicode', () => {
  for (const [, value] of cases) {
    const ascii = statusText(value, plainStyle);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII is what is checked
    expect(ascii).toMatch(/^[\u0000-\u007f]*$/);
  }
  expect(statusText(view(), plainStyle)).toContain('x failing 14m');
});

test('never says anything by colour alone', () => {
  const mark = (text: string): string => `<${text}>`;
  const paint = { good: mark, warn: mark, bad: mark, dim: mark, bold: mark };
  const colored = statusText(view(), { ...unicode, paint });
  expect(colored.replace(/[<>]/g, '')).toBe(statusText(view(), unicode));
});

test('lists several deployments in a line each', async () => {
  const list = statusListText(
    [view(), view({ deployment: 'embed', traffic: undefined, last: undefined, sites: [] })],
    unicode,
  );
  await expect(`${list}\n`).toMatchFileSnapshot('../snapshots/status-list.txt');
});

test('gives machines ratios, ISO times, and null for what is not seen', () => {
  const document = JSON.parse(jsonText(statusJson(view({ traffic: undefined })))) as Record<string, unknown>;
  expect(document).toMatchObject({
    apiVersion: 'godwit/v1',
    kind: 'Status',
    observedAt: '2026-11-23T03:21:07.000Z',
    environment: 'production',
    deployment: 'chat-70b',
    service: { state: 'serving' },
    traffic: null,
    failoverReady: { value: false, reasons: [{ code: 'CoolDown', until: '2026-11-23T03:37:47.000Z' }] },
    operation: null,
    lastOperation: { id: 'op-7f3k', trigger: 'automatic', outcome: 'done' },
    sources: { controller: { seen: true, ageMs: 2000, stale: false } },
  });
  expect(document['sites']).toMatchObject([
    {
      name: 'aws-virginia',
      wantedRatio: 0,
      state: 'failing',
      reasons: [{ code: 'EngineStalled', since: '2026-11-23T03:07:07.000Z' }],
    },
    { name: 'azure-sweden', wantedRatio: 0.57, realRatio: 0.573, readyReplicas: 6 },
    { wantedRatio: 0.43 },
    { state: 'empty' },
  ]);
  const blind = statusJson(cases[3]?.[1] ?? view());
  expect(blind.failoverReady.value).toBeNull();
  expect(blind.sites[0]).toMatchObject({ wantedRatio: null, realRatio: null, since: null, readyReplicas: null });
  expect(blind.sources.gateway).toEqual({ seen: false, why: gone.why });
});

test.for(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 50), text] as const))('disarms %s', ([, evil]) => {
  const value = view({
    environment: evil,
    deployment: evil,
    service: { state: 'down', why: evil },
    sites: [row(evil, { state: 'failing', reasons: [{ code: 'SiteDead', message: evil }] })],
    last: operation({
      id: evil,
      plan: { ...operation().plan, from: evil },
      error: { class: 'unknown', code: evil, message: evil },
    }),
    failoverReady: { value: 'no', to: evil, isTargetReady: false, reasons: [{ code: 'CoolDown', message: evil }] },
    controller: { kind: 'live', holder: { ...holder, name: evil, host: evil }, renewedAtMs: nowMs },
    sources: { ...view().sources, gateway: { kind: 'unseen', why: evil } },
    next: ['godwit run'],
  });
  for (const text of [statusText(value, unicode), statusListText([value, value], unicode)]) {
    expect(text).not.toMatch(terminalControls);
    expect(text.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
  }
  expect(jsonText(statusJson(value))).not.toMatch(terminalControls);
});

/** Marks that stand for a word, box drawing, and columns of spaces. */
const onlySeen = /[✔▲✖○▶│─|]|\S {3,}\S/u;

test.for(cases)('%s can be listened to', ([, each]) => {
  const spoken = statusText(each, { ...unicode, isAccessible: true });
  expect(spoken.split('\n').filter((line) => onlySeen.test(line))).toEqual([]);
  expect(spoken).toContain('wanted share: ');
  expect(spoken).toMatch(/^Next: /m);
});

test('the list of deployments can be listened to', () => {
  const spoken = statusListText([view(), view({ deployment: 'embed' })], { ...unicode, isAccessible: true });
  expect(spoken.split('\n').filter((line) => onlySeen.test(line))).toEqual([]);
  expect(spoken).toContain('2 rows:\ndeployment: chat-70b\n  state: ');
  expect(spoken).toContain('\ndeployment: embed\n');
});

const noQuota = { area: 'quota', outcome: 'bad', where: 'coreweave-eu', what: 'no room for what chat lacks' } as const;
const examined = { site: 'coreweave-eu', atMs: nowMs - 3 * 3_600_000, findings: [noQuota, noQuota] };
const asleep = row('coreweave-eu', { state: 'empty', standby: 'cold', ready: 0, examined });

test('what the controller’s own doctor found is one line with its age, and the site is told as one that cannot start', () => {
  const target = { value: 'yes', to: 'coreweave-eu', isTargetReady: false, reasons: [] } as const;
  const text = statusText(view({ sites: [dead, asleep], failoverReady: target }), plainStyle);
  expect(text).toMatch(/^Doctor {9}2 findings 3h ago \(godwit doctor\): coreweave-eu$/m);
  expect(text).toMatch(/^coreweave-eu .*cold, cannot start: quota$/m);
  expect(text).toMatch(/^Fail over again\? {2}YES, to corew\.\.\. \(not ready: 3h ago it could not start: quota\)$/m);
  expect(text.split('\n').every((line) => widthOf(line) <= plainStyle.width)).toBe(true);
  const json = JSON.parse(jsonText(statusJson(view({ sites: [dead, asleep] }))));
  expect(json.sites).toMatchObject([
    { doctor: null },
    { doctor: { ageMs: 3 * 3_600_000, cannotStart: true, findings: [{ area: 'quota' }, { area: 'quota' }] } },
  ]);
});

test('a doctor that found nothing bad is not mentioned', () => {
  const well = row('coreweave-eu', { examined: { ...examined, findings: [] } });
  expect(statusText(view({ sites: [dead, well] }), plainStyle)).not.toMatch(/doctor|cannot start/i);
});
