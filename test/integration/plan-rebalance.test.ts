import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RebalanceOutcome, RebalancePlan } from '../../src/model/rebalance-plan.ts';
import type { SiteTraffic } from '../../src/model/traffic-stats.ts';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';

let world: ProgramWorld;

afterEach(async () => {
  await world.close();
});

type Told = Omit<RebalancePlan, 'outcome'> & { readonly outcome: RebalanceOutcome['kind'] } & Record<string, unknown>;

/** Oslo costs 3 dollars a replica, Paris 2 and Rome 1; each has two and Oslo all the traffic. */
async function serving(constraints: string): Promise<ProgramWorld> {
  const rebalance = `{ constraints: ${constraints}, demand: { chat: 150rps } }`;
  world = await openProgramWorld({ replicas: { oslo: 2, paris: 2, rome: 2 }, rebalance });
  await world.startServing();
  // Its own start may be settling, which comes first.
  await until(async () => (await planned()).outcome !== 'skipped', 'all settled', 20_000);
  return world;
}

async function planned(...words: readonly string[]): Promise<Told & { readonly code: number | null }> {
  const { stdout, stderr, code } = await world.godwit('plan', 'rebalance', '-o', 'json', ...words);
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Told), code };
}

test('the solver in its thread finds the cheapest placement of what runs, and nothing is changed', async () => {
  await serving('{ headroom: 0%, survive: off, minimumSites: 2 }');
  const started = world.started().length;
  const before = await world.route();
  const plan = await planned();
  expect(plan).toMatchObject({ code: 0, outcome: 'plan', today: { capacity: 12 }, cost: { capacity: 3 }, gap: 0 });
  expect(plan['changes']).toMatchObject([
    { site: 'oslo', weight: { before: 100, after: 0 }, replicas: { before: 2, after: 0 } },
    { site: 'paris', replicas: { before: 2, after: 1 } },
    { site: 'rome', replicas: { before: 2, after: 1 } },
  ]);
  expect(plan['parts']).toMatchObject([
    { kind: 'weigh' },
    { kind: 'stop', site: 'oslo', before: 2, after: 0 },
    { kind: 'stop', site: 'paris' },
    { kind: 'stop', site: 'rome' },
  ]);
  expect(plan['binding']).toMatchObject([{ name: 'minimumSites' }]);
  const text = await world.godwit('plan', 'rebalance');
  expect(text.stdout).toContain('12.00 -> 3.00 USD/h (-9.00) (proven)');
  expect(text.stdout).toContain(' 2  stop 2 of chat at oslo (2 -> 0)');
  expect(world.started().length).toBe(started);
  expect((await world.route())?.weights).toEqual(before?.weights);
});

test('what leaves a site costs what the gateway measured of it, and of one that has just started it is not measured yet', async () => {
  const [oslo, paris, rome] = [0, 90, 90];
  const rebalance = '{ constraints: { headroom: 0%, survive: off }, demand: { chat: 150rps } }';
  world = await openProgramWorld({
    replicas: { oslo: 2, paris: 2, rome: 2 },
    rebalance,
    egress: { oslo, paris, rome },
  });
  await world.startServing();
  await until(async () => (await planned()).outcome !== 'skipped', 'all settled', 20_000);
  const before = await planned();
  const message = 'nobody says how large a response is (rebalance.responseSize.chat)';
  expect(before).toMatchObject({ uncounted: [{ deployment: 'chat', what: 'egress', message }] });
  // Without egress rome is the cheapest.
  expect(before['changes']).toMatchObject([
    { site: 'oslo' },
    { site: 'paris' },
    { site: 'rome', weight: { after: 100 } },
  ]);
  const sizes = await Promise.all(Array.from({ length: 120 }, answerSize));
  const mean = Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  await until(async () => (await counted()).answers >= sizes.length, 'responses counted', 20_000);
  const { answers, bytes, forMs = 0 } = await counted();
  expect(Math.round(bytes / answers)).toBe(mean);
  expect(forMs).toBeGreaterThan(0);
  expect(await planned()).toMatchObject({ uncounted: [{ deployment: 'chat', what: 'egress', message }] });
  const file = join(world.dir, 'demand.json');
  const asked = { requestsPerSecond: 150, responseBytes: mean };
  writeFileSync(file, JSON.stringify({ asOf: new Date().toISOString(), deployments: { chat: asked } }));
  const after = await planned('--demand', file);
  // 150 of them a second are some GiB an hour, 90 dollars each, which machines of one dollar instead of three do not save.
  const usd = ((150 * mean * 3600) / 1024 ** 3) * rome;
  expect(usd).toBeGreaterThan(2 * 2);
  expect(after).toMatchObject({ uncounted: [], cost: { capacity: 6, egress: 0 } });
});

async function counted() {
  const { sites = [], countedForMs: forMs } = (await world.traffic()) ?? {};
  const sum = (of: (site: SiteTraffic) => number): number => sites.reduce((total, site) => total + of(site), 0);
  return { answers: sum(({ finishedTotal }) => finishedTotal), bytes: sum(({ bytesTotal = 0 }) => bytesTotal), forMs };
}

/** Of one plain answer, bytes. */
async function answerSize(): Promise<number> {
  const messages = [{ role: 'user', content: 'hello' }];
  const body = JSON.stringify({ model: 'tiny', max_tokens: 4, messages });
  const answer = await fetch(`${world.url}/v1/chat/completions`, { method: 'POST', body });
  return (await answer.arrayBuffer()).byteLength;
}

test('rules in conflict are named with their lines, and an operation under way comes first', async () => {
  await serving('{ headroom: 0%, survive: off, minimumSites: 2, budget: { amount: 2, currency: USD, per: hour } }');
  const { stdout, code } = await world.godwit('plan', 'rebalance');
  expect(code).toBe(5);
  expect(stdout).toMatch(/^No plan: these rules cannot be kept together/m);
  expect(stdout).toMatch(/each deployment at 2 sites or more [^(]*\(\S*godwit\.yaml:\d+\)/);
  expect(stdout).toMatch(/all replicas may cost 2 USD an hour\s+\(\S*godwit\.yaml:\d+\)/);
  await world.godwit('pause', 'chat', '--for', '1h', '--reason', 'a look');
  const paused = await planned();
  expect(paused).toMatchObject({ code: 5, outcome: 'skipped', reasons: [{ code: 'Paused', deployment: 'chat' }] });
});
