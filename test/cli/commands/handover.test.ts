import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import type { Standing } from '../../../src/model/standing.ts';
import type { SiteNotices } from '../../../src/model/view.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { hostileStrings, terminalControls } from '../../report/hostile.ts';
import { recordsOf } from '../support/drill-record.ts';
import { fakeApp } from '../support/fake-app.ts';
import { fakeStore, fakeTraffic } from '../support/fake-ports.ts';
import {
  deployment,
  nowMs,
  operation,
  plan,
  route,
  siteDiagnosis,
  siteTraffic,
  snapshot,
  traffic,
} from '../support/models.ts';
import { ada } from '../support/saying.ts';

const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;
const lease = { deployment: 'chat', holder, epoch: 3, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs - 2000 };
const base = { deployment: 'chat', by: ada, atMs: nowMs - 600_000 };
const pause: Standing = { ...base, kind: 'pause', reason: 'looking', untilMs: nowMs + 3_600_000 };
const sites = [
  siteDiagnosis('site-a', 'SiteDead'),
  siteDiagnosis('site-b'),
  siteDiagnosis('site-c', 'SiteEmpty', { ready: [] }),
];

interface Given {
  readonly operations?: readonly Operation[];
  readonly standing?: readonly Standing[];
  readonly diagnoses?: Parameters<typeof snapshot>[0];
  /** Instead of what comes of the diagnoses. */
  readonly seen?: Snapshot;
  readonly examined?: Parameters<typeof snapshot>[1];
  readonly hasGateway?: boolean;
  readonly hasStore?: boolean;
  readonly drills?: DrillRecords;
}

async function run(argv: readonly string[], given: Given = {}) {
  const { operations = [operation()], standing = [], diagnoses = sites, hasGateway = true, hasStore = true } = given;
  const { drills } = given;
  const seen = given.seen ?? snapshot(diagnoses, given.examined);
  const store = fakeStore({ snapshot: seen, lease, operations, standing });
  const gateway = fakeTraffic({
    route: route({ 'site-a': 0, 'site-b': 100, 'site-c': 0 }),
    traffic: traffic([siteTraffic('site-b', { attempts: 100 })]),
  });
  const app = fakeApp({
    ...(hasStore ? { openStore: async () => store } : {}),
    ...(drills === undefined ? {} : { drillRecords: async () => drills }),
    ...(hasGateway ? { connectTraffic: async () => gateway } : {}),
  });
  return { code: await runCommand(['handover', ...argv], app), ...app.printed };
}

test('a drill that nobody undid is a risk, with what undoes it', async () => {
  const drills = await recordsOf({ id: 'dr-1', end: undefined });
  expect((await run([], { drills })).out).toMatch(/Risks 2h +chat: dr-1 not undone: godwit drill undo dr-1\n/);
});

const linesOver = (text: string, width: number) => text.split('\n').filter((line) => line.length > width);

test('one screen, with named gaps', async () => {
  const { code, out } = await run([], { standing: [pause] });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "Handover test, 2026-11-22 19:21:07Z -> 03:21:07Z
    Impact now   none; chat serving: requests are answered in time
    Changed      03:08:37Z op-7f3k automatic failover of chat, done: site-a 100% ->
                 site-b 100% (SiteFailing: SiteDead: no replica answers for 4 s)
    Temporary    chat: automation paused until 04:21:07Z (in 1h), by ada@desk:
                 looking
    Risks 2h     chat: no automatic failover now: Paused until 04:21:07Z (in 1h)
                 chat: one more site loss exceeds capacity: only site-b has ready
                 replicas
                 chat: site-c is cold: it must be started first
                 chat: the pause ends in this time: automation is on again
    Open         [owner?] chat: root cause at site-a
    Next check   [time?]
    Links        op-7f3k, [dashboard?], [runbook?]
    "
  `);
  expect(linesOver(out, 80)).toEqual([]);
});

test('as Markdown, with check boxes for what waits for an owner', async () => {
  const { out } = await run(['-o', 'md'], { standing: [pause] });
  expect(out).toMatchInlineSnapshot(`
    "# Handover test, 2026-11-22T19:21Z to 2026-11-23T03:21Z

    ## Impact now
    - none; chat serving: requests are answered in time

    ## Changed
    - 03:08:37Z op-7f3k automatic failover of chat, done: site-a 100% -\\> site-b 100% (SiteFailing: SiteDead: no replica answers for 4 s)

    ## Temporary
    - chat: automation paused until 04:21:07Z (in 1h), by ada&#64;desk: looking

    ## Risks 2h
    - chat: no automatic failover now: Paused until 04:21:07Z (in 1h)
    - chat: one more site loss exceeds capacity: only site-b has ready replicas
    - chat: site-c is cold: it must be started first
    - chat: the pause ends in this time: automation is on again

    ## Open
    - [ ] \\[owner?\\] chat: root cause at site-a

    ## Next check
    - \\[time?\\]

    ## Links
    - op-7f3k, \\[dashboard?\\], \\[runbook?\\]
    "
  `);
});

test('the same for machines, in JSON and YAML', async () => {
  const json = JSON.parse((await run(['-o', 'json'], { standing: [pause] })).out);
  expect(json).toMatchObject({
    ...{ kind: 'Handover', environment: 'test', impact: [{ deployment: 'chat', state: 'serving' }], nextCheck: null },
    temporary: [{ kind: 'pause', until: '2026-11-23T04:21:07.000Z' }],
    open: [{ deployment: 'chat', text: 'root cause at site-a', owner: null }],
  });
  expect(parse((await run(['-o', 'yaml'], { standing: [pause] })).out)).toEqual(json);
});

test.for([
  { since: '12m', isThere: true },
  { since: '719s', isThere: false },
])('what ended within $since is told: $isThere', async ({ since, isThere }) => {
  expect((await run(['--since', since])).out.includes('automatic failover of chat')).toBe(isThere);
});

test.for([
  {
    name: 'with the gateway away',
    given: { hasGateway: false },
    says: ['Cannot see   chat: gateway: no gateway here'],
  },
  {
    name: 'with the store away',
    given: { hasStore: false },
    says: ['Changed      cannot be seen: [what changed?]', '[what is temporary?]', 'chat: store: no store here'],
  },
  {
    name: 'with both away',
    given: { hasGateway: false, hasStore: false },
    says: ['Impact now   chat UNKNOWN', 'gateway: no gateway here', 'store: no store here'],
  },
])('says what it cannot see $name', async ({ given, says }) => {
  const { code, out } = await run([], given);
  expect(code).toBe(0);
  for (const text of says) expect(out).toContain(text);
  expect(linesOver(out, 80)).toEqual([]);
});

const risk = async (given: Given) =>
  JSON.parse((await run(['-o', 'json'], given)).out).risks.map(({ text }: { text: string }) => text);
const ready = (...counts: readonly number[]) =>
  counts.map((count, index) => {
    const name = ['site-a', 'site-b', 'site-c'][index] ?? '';
    return siteDiagnosis(name, 'Healthy', { ready: Array.from({ length: count }, (_, slot) => `${name}-${slot}`) });
  });

test.for([
  {
    name: 'the only site that is ready',
    counts: [0, 2, 0],
    says: 'one more site loss exceeds capacity: only site-b has ready replicas',
  },
  { name: 'one less than serves', counts: [1, 2, 0], says: 'loss of site-b leaves 1 ready, 2 serve now' },
  { name: 'as many as serve', counts: [2, 2, 0], says: undefined },
  { name: 'none at all', counts: [0, 0, 0], says: 'no replica is ready anywhere' },
])('a loss that leaves $name', async ({ counts, says }) => {
  const losses = (await risk({ diagnoses: ready(...counts) })).filter((text: string) => /loss|anywhere/.test(text));
  expect(losses).toEqual(says === undefined ? [] : [says]);
});

const announced = (notices: SiteNotices): Given => {
  const { view, ...seen } = snapshot(sites);
  const withNotices = view.sites.map((site) => (site.site.name === 'site-b' ? { ...site, notices } : site));
  return { seen: { ...seen, view: { ...view, sites: withNotices } } };
};
const retirement = { kind: 'retirement', code: 'instance-retirement', message: 'its host fails' } as const;
const machine = { ...retirement, replicaId: 'b-0', deployment: 'chat' };

test.for([
  { name: 'in two hours', atMs: nowMs + 7_200_000, says: 'in 2h, at 05:21:07Z' },
  { name: 'a millisecond later', atMs: nowMs + 7_200_001, says: undefined },
  { name: 'at any moment', atMs: undefined, says: 'at any moment' },
])('what a provider will do $name', async ({ atMs, says }) => {
  const notice = { ...machine, ...(atMs === undefined ? {} : { atMs }) };
  const risks = await risk(announced({ told: [notice], asOfMs: nowMs - 1000 }));
  const text = `site-b: retirement of b-0 ${says} (instance-retirement: its host fails)`;
  expect(risks.filter((each: string) => each.startsWith('site-b: '))).toEqual(says === undefined ? [] : [text]);
});

test('says that what a provider announces cannot be read', async () => {
  const { out } = await run([], announced({ told: [], unseen: 'too many calls' }));
  expect(out).toContain('Cannot see   chat: what is announced for site-b: too many calls');
});

test.for([
  { name: 'in two hours', untilMs: nowMs + 7_200_000, isThere: true },
  { name: 'a millisecond later', untilMs: nowMs + 7_200_001, isThere: false },
])('a pause that ends $name is a risk: $isThere', async ({ untilMs, isThere }) => {
  const texts = await risk({ standing: [{ ...pause, untilMs }] });
  expect(texts.includes('the pause ends in this time: automation is on again')).toBe(isThere);
});

test.for([
  { state: 'held', text: 'op-7f3k is held: resume it or return?' },
  { state: 'unknown', text: 'op-7f3k ended unknown: what is in force?' },
  { state: 'failed', text: 'op-7f3k failed: try again?' },
] as const)('one that is $state waits for an owner', async ({ state, text }) => {
  const one = operation({
    state,
    plan: plan({ kind: 'shift' }),
    ...(state === 'held' ? { endedAtMs: undefined } : {}),
  });
  const { open } = JSON.parse((await run(['-o', 'json'], { operations: [one] })).out);
  expect(open.map((each: { text: string }) => each.text)).toContain(text);
});

test('what is done is not temporary, nor a pause that is over', async () => {
  const done: readonly Standing[] = [
    { ...pause, untilMs: nowMs },
    { ...base, kind: 'ack', reason: undefined, untilMs: undefined },
    { ...base, kind: 'unblock', site: 'site-a', reason: undefined, untilMs: undefined },
  ];
  expect(JSON.parse((await run(['-o', 'json'], { standing: done })).out).temporary).toEqual([]);
});

test('what an edit of the file has overtaken is not temporary any more', async () => {
  const scaled = (instead: number): Standing => ({
    ...{ ...base, kind: 'scale', site: 'site-a', replicas: 5, instead },
    ...{ reason: undefined, untilMs: undefined },
  });
  const shown = async (standing: Standing) =>
    JSON.parse((await run(['-o', 'json'], { standing: [standing] })).out).temporary;
  const [site] = deployment().placements;
  expect(await shown(scaled(site?.replicas ?? 0))).toMatchObject([{ kind: 'scale' }]);
  expect(await shown(scaled(99))).toEqual([]);
});

test('no reason writes at the terminal, nor a list of its own', async () => {
  const usual = (await run(['-o', 'md'], { standing: [pause] })).out.split('\n').length;
  for (const reason of [...hostileStrings, '\n# heading', '[x](http://evil.example)'])
    for (const format of ['table', 'json', 'yaml', 'md']) {
      const { out } = await run(['-o', format], { standing: [{ ...pause, reason }] });
      expect(out).not.toMatch(terminalControls);
      if (format === 'md') expect(out.split('\n')).toHaveLength(usual);
    }
});

test('what the doctor found is a risk, with its age', async () => {
  const [atMs, where] = [nowMs - 3 * 3_600_000, 'site-c'];
  const finding = { area: 'quota', outcome: 'bad', where, what: 'no room for what chat lacks' } as const;
  const examined = [
    { site: 'site-b', atMs, findings: [{ ...finding, area: 'excess' } as const] },
    { site: 'site-c', atMs, findings: [finding] },
  ];
  const { out } = await run(['-o', 'json'], { examined: { examined } });
  expect(out).toContain('doctor, 3h ago: 1 finding at site-b (godwit doctor --site site-b)');
  expect(out).toContain('site-c could start nothing 3h ago: quota: no room for what chat lacks');
});
