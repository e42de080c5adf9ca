import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import { fakeApp } from '../support/fake-app.ts';
import { fakeStore, fakeTraffic } from '../support/fake-ports.ts';
import {
  config,
  deployment,
  nowMs,
  operation,
  route,
  siteDiagnosis,
  siteTraffic,
  snapshot,
  traffic,
} from '../support/models.ts';

const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;
const lease = { deployment: 'chat', holder, epoch: 3, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs - 2000 };
const healthy = ['site-a', 'site-b', 'site-c'].map((name) => siteDiagnosis(name));

function appWith(over: { failures?: number; operations?: ReturnType<typeof operation>[] } = {}) {
  return fakeApp({
    openStore: async () => fakeStore({ snapshot: snapshot(healthy), lease, operations: over.operations ?? [] }),
    connectTraffic: async () =>
      fakeTraffic({
        route: route({ 'site-a': 100, 'site-b': 0, 'site-c': 0 }),
        traffic: traffic([siteTraffic('site-a', { attempts: 100, failures: over.failures ?? 0 })]),
      }),
  });
}

test('shows the only deployment without being told its name', async () => {
  const app = appWith();
  expect(await runCommand(['status'], app)).toBe(0);
  expect(app.printed.out).toContain('chat  ✔ SERVING: requests are answered in time');
  expect(app.printed.out).toContain('Fail over again?  YES, to site-b');
});

test('prints one document for machines', async () => {
  const app = appWith();
  expect(await runCommand(['status', 'chat', '-o', 'json'], app)).toBe(0);
  expect(JSON.parse(app.printed.out)).toMatchObject({
    apiVersion: 'godwit/v1',
    kind: 'Status',
    service: { state: 'serving' },
  });
});

test('lists several deployments, for people and machines', async () => {
  const two = config({ deployments: [deployment(), deployment({ name: 'embed' })] });
  const reading = { kind: 'valid', config: two, warnings: { text: '', findings: [] } } as const;
  const app = fakeApp({ reading });
  expect(await runCommand(['status'], app)).toBe(0);
  expect(app.printed.out).toMatch(/chat +\? unknown[\s\S]+embed +\? unknown/);
  const json = fakeApp({ reading });
  await runCommand(['status', '-o', 'json'], json);
  expect(JSON.parse(json.printed.out)).toMatchObject({
    kind: 'StatusList',
    items: [{ deployment: 'chat' }, { deployment: 'embed' }],
  });
});

test.for([
  { name: 'serving', app: () => appWith(), exit: 0 },
  { name: 'degraded', app: () => appWith({ failures: 10 }), exit: 1 },
  { name: 'down', app: () => appWith({ failures: 100 }), exit: 1 },
  {
    name: 'in progress',
    app: () => appWith({ operations: [operation({ endedAtMs: undefined, state: 'shifting' })] }),
    exit: 8,
  },
  { name: 'not to be seen', app: () => fakeApp(), exit: 11 },
])('says $name in the exit code, but only when asked to', async ({ app, exit }) => {
  expect(await runCommand(['status', '--exit-code'], app())).toBe(exit);
  expect(await runCommand(['status'], app())).toBe(0);
});

test('still prints the screen when nothing can be seen', async () => {
  const app = fakeApp();
  expect(await runCommand(['status'], app)).toBe(0);
  expect(app.printed.out).toContain('? UNKNOWN: the gateway cannot be seen');
  expect(app.printed.out).toContain('no store here');
});

test('refuses a deployment that is not configured', async () => {
  const app = appWith();
  expect(await runCommand(['status', 'chad'], app)).toBe(2);
  expect(app.printed.err).toContain('did you mean "chat"?');
});

test.for(['table', 'json'])('watching ends with the signal, as a success (%s)', async (format) => {
  const app = { ...appWith(), interrupted: AbortSignal.abort('SIGINT') };
  expect(await runCommand(['status', '-w', '-o', format], app)).toBe(0);
});

test('watching prints a document per look for machines', async () => {
  const stop = new AbortController();
  const app = appWith();
  let looks = 0;
  const watched = {
    ...app,
    interrupted: stop.signal,
    clock: {
      ...app.clock,
      sleep: async (ms: number, signal: AbortSignal) => {
        if (ms !== 1000) return app.clock.sleep(ms, signal);
        looks += 1;
        if (looks === 2) stop.abort('SIGINT');
      },
    },
  };
  expect(await runCommand(['status', '-w', '-o', 'json'], watched)).toBe(0);
  const kinds = app.printed.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds).toEqual(['Status', 'Status']);
});

test('the same in YAML, and one name per line', async () => {
  const json = appWith();
  await runCommand(['status', '-o', 'json'], json);
  const yaml = appWith();
  expect(await runCommand(['status', '-o', 'yaml'], yaml)).toBe(0);
  expect(parse(yaml.printed.out)).toEqual(JSON.parse(json.printed.out));
  const name = appWith();
  expect(await runCommand(['status', '-o', 'name'], name)).toBe(0);
  expect(name.printed.out).toBe('chat\n');
});

test('wide adds how each site stands by and what runs there', async () => {
  const app = appWith();
  expect(await runCommand(['status', '-o', 'wide'], app)).toBe(0);
  expect(app.printed.out).toMatch(/TTFT +STANDBY +IN FLIGHT +NOTE\n/);
  expect(app.printed.out).toMatch(/site-c .+ cold +\? +cold/);
});

test('watching as lines: the version first, then a line per deployment and look', async () => {
  const stop = new AbortController();
  let looks = 0;
  const app = fakeApp({
    interrupted: stop.signal,
    clock: {
      ...fakeApp().clock,
      sleep: async (ms, signal) => {
        if (ms !== 1000) return await fakeApp().clock.sleep(ms, signal);
        looks += 1;
        if (looks === 2) stop.abort('SIGINT');
      },
    },
  });
  expect(await runCommand(['status', '-w', '-o', 'jsonl'], app)).toBe(0);
  const lines = app.printed.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({ type: 'version', ui: '1.0' });
  expect(lines.map(({ type }) => type)).toEqual(['version', 'status', 'status', 'result']);
  expect(lines[1]).toMatchObject({ deployment: 'chat', service: { state: 'unknown' } });
});

test('watching as YAML: documents with a line between them', async () => {
  const stop = new AbortController();
  const app = fakeApp({
    interrupted: stop.signal,
    clock: {
      ...fakeApp().clock,
      sleep: async (ms, signal) => {
        if (ms !== 1000) return await fakeApp().clock.sleep(ms, signal);
        if (app.printed.out.includes('---')) stop.abort('SIGINT');
      },
    },
  });
  expect(await runCommand(['status', '-w', '-o', 'yaml'], app)).toBe(0);
  expect(parseAllDocuments(app.printed.out).map((each) => each.toJS().kind)).toEqual(['Status', 'Status']);
});

const requests = [
  { id: '17', site: 'site-a', replica: 'site-a-0', startedAtMs: nowMs - 41_000, streaming: true, bytes: 12_034 },
  { id: '21', site: 'site-a', replica: 'site-a-1', startedAtMs: nowMs - 2000, streaming: false, bytes: 0 },
];

function appRunning(running: TrafficDriver['running']) {
  const driver = fakeTraffic({ route: route({ 'site-a': 100 }), traffic: traffic([]) });
  return fakeApp({ connectTraffic: async () => ({ ...driver, ...(running === undefined ? {} : { running }) }) });
}

test('lists what runs at a site, for people and machines', async () => {
  const asked: unknown[] = [];
  const running: TrafficDriver['running'] = async (deployment, site) => {
    asked.push([deployment, site]);
    return { kind: 'seen', value: { requests, isCut: false }, asOfMs: nowMs };
  };
  const app = appRunning(running);
  expect(await runCommand(['status', 'chat', '--site', 'site-a'], app)).toBe(0);
  expect(asked).toEqual([['chat', 'site-a']]);
  expect(app.printed.out).toContain('chat at site-a: 2 requests run there, oldest first');
  expect(app.printed.out).toMatch(/17 +site-a-0 +41s +streaming +12034\n21 +site-a-1 +2s +waiting +0\n/);
  const json = appRunning(running);
  await runCommand(['status', 'chat', '--site', 'site-a', '-o', 'json'], json);
  expect(JSON.parse(json.printed.out)).toMatchObject({
    ...{ kind: 'SiteRequests', deployment: 'chat', site: 'site-a', more: false },
    requests: [{ id: '17', replica: 'site-a-0', ageMs: 41_000, streaming: true, bytes: 12_034 }, { id: '21' }],
  });
  const names = appRunning(running);
  await runCommand(['status', '--site', 'site-a', '-o', 'name'], names);
  expect(names.printed.out).toBe('17\n21\n');
});

test.for<{ name: string; app: () => ReturnType<typeof fakeApp>; why: string }>([
  { name: 'a gateway that is away', app: () => fakeApp(), why: 'no gateway here' },
  { name: 'a driver that cannot say it', app: () => appRunning(undefined), why: 'cannot say what runs' },
])('$name is not taken for a site where nothing runs', async ({ app, why }) => {
  const told = app();
  expect(await runCommand(['status', 'chat', '--site', 'site-a'], told)).toBe(0);
  expect(told.printed.out.replaceAll('\n', ' ')).toContain(why);
  expect(told.printed.out).toContain('CANNOT BE SEEN');
  expect(await runCommand(['status', 'chat', '--site', 'site-a', '--exit-code'], app())).toBe(11);
  const json = app();
  await runCommand(['status', 'chat', '--site', 'site-a', '-o', 'json'], json);
  expect(JSON.parse(json.printed.out)).toMatchObject({
    requests: null,
    more: null,
    sources: { gateway: { seen: false } },
  });
});

test('a site belongs to a deployment that has it', async () => {
  const app = appWith();
  expect(await runCommand(['status', 'chat', '--site', 'site-q'], app)).toBe(2);
  expect(app.printed.err).toContain('chat has no site "site-q"');
  const two = config({ deployments: [deployment(), deployment({ name: 'embed' })] });
  const both = fakeApp({ reading: { kind: 'valid', config: two, warnings: { text: '', findings: [] } } });
  expect(await runCommand(['status', '--site', 'site-a'], both)).toBe(2);
  expect(both.printed.err).toContain('of which deployment');
});

test('prints what monitoring scrapes, of the same look', async () => {
  const counts = [{ kind: 'failover', trigger: 'automatic', outcome: 'done', count: 2 }] as const;
  const tally = {
    decisions: [{ decision: 'stay', reason: 'CoolDown', trigger: 'automatic', count: 4 }],
    probes: [{ site: 'site-a', probe: 'completion', outcome: 'good', count: 30 }],
    turns: { count: 0, sumMs: 0, within: [] },
  } as const;
  const app = fakeApp({
    openStore: async () => fakeStore({ snapshot: snapshot(healthy, { tally }), lease, counts }),
    connectTraffic: async () =>
      fakeTraffic({ route: route({ 'site-a': 100, 'site-b': 0, 'site-c': 0 }), traffic: traffic([]) }),
  });
  expect(await runCommand(['status', '-o', 'prometheus'], app)).toBe(0);
  expect(app.printed.err).toBe('');
  const lines = app.printed.out.split('\n');
  expect(lines).toContain('godwit_build_info{version="1.2.3"} 1');
  expect(lines).toContain('godwit_site_state{deployment="chat",site="site-a",state="healthy"} 1');
  expect(lines).toContain('godwit_evidence_age_seconds{deployment="chat",site="site-a"} 2');
  expect(lines).toContain('godwit_route_weight_ratio{deployment="chat",site="site-a",kind="wanted"} 1');
  expect(lines).toContain('godwit_failover_ready{deployment="chat"} 1');
  expect(lines).toContain('godwit_lease_age_seconds{deployment="chat"} 2');
  expect(lines).toContain(
    'godwit_decisions_total{deployment="chat",decision="stay",reason="CoolDown",trigger="automatic"} 4',
  );
  expect(lines).toContain(
    'godwit_operations_total{deployment="chat",kind="failover",trigger="automatic",outcome="done"} 2',
  );
  // It never leads, so it says nothing of leading.
  expect(lines.filter((line) => line.startsWith('godwit_leader'))).toEqual([]);
});

test('what a snapshot of an earlier version did not count is left out', async () => {
  const app = appWith();
  expect(await runCommand(['status', '-o', 'prometheus'], app)).toBe(0);
  expect(app.printed.out).not.toMatch(/^godwit_(decisions|probe)_total/m);
});

test.for([['-w'], ['--exit-code'], ['--site', 'site-a']])(
  'metrics are one look at everything: %s is refused',
  async (more) => {
    const app = appWith();
    expect(await runCommand(['status', 'chat', '-o', 'prometheus', ...more], app)).toBe(2);
    expect(app.printed.err).toContain('-o prometheus is one look at everything');
  },
);
