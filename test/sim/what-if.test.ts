import { expect, test } from 'vitest';
import type { Config } from '../../src/model/config.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import { type FaultClass, faultClasses, type SimulatedSeed } from '../../src/model/simulation.ts';
import { configOf } from '../../src/sim/config.ts';
import { runSlowly } from '../../src/sim/drain.ts';
import { calmOptions } from '../../src/sim/options.ts';
import { type WhatIf, whatIf } from '../../src/sim/what-if.ts';
import { calmMsOf, noticeMsOf, worldConfig, worldOptions } from '../../src/sim/what-if-world.ts';

const limit = { timeout: 60_000 };
const config = someConfig();

/** Two deployments with names of their own: one at three sites, one at a fourth. */
function someConfig(change: (deployment: Deployment) => Partial<Deployment> = () => ({})): Config {
  const base = configOf({ ...calmOptions(1), sites: 4, evaluateEveryMs: 500, probeEveryMs: 500 });
  const [chat] = base.deployments;
  if (chat === undefined) throw new Error('a world has a deployment');
  const at = (sites: readonly string[]) => ({
    placements: chat.placements.filter(({ site }) => sites.includes(site)),
    weights: Object.fromEntries(sites.map((site, index) => [site, index === 0 ? 100 : 0])),
  });
  const large = { ...chat, ...at(['amber', 'birch', 'cedar']), name: 'large' };
  const small = { ...chat, ...at(['dune']), name: 'small' };
  return { ...base, deployments: [small, { ...large, ...change(large) }] };
}

function story(terms: Partial<WhatIf> = {}): Promise<SimulatedSeed> {
  const faults: ReadonlySet<FaultClass> = new Set(['site']);
  return runSlowly(whatIf({ config, deployment: 'large', seed: 1, faults, ...terms }));
}

test('a world has the chosen deployment and its sites, and nothing else', () => {
  const { sites, deployments } = worldConfig(config, 'large');
  expect(sites.map(({ name }) => name)).toEqual(['amber', 'birch', 'cedar']);
  expect(deployments.map(({ name }) => name)).toEqual(['large']);
  expect(deployments[0]?.residency).toEqual(['eu']);
});

test('where no residency is named every site is allowed', () => {
  const { sites, deployments } = worldConfig(
    someConfig(() => ({ residency: [] })),
    'large',
  );
  expect(deployments[0]?.residency).toEqual(['anywhere']);
  expect(sites.map(({ residency }) => residency)).toEqual([['anywhere'], ['anywhere'], ['anywhere']]);
});

test('the pace of the faults follows the policy', () => {
  const [, large] = config.deployments;
  if (large === undefined) throw new Error('there are two');
  // One failure of a probe each 500 ms with 400 ms to answer, and a look each 500 ms.
  expect(noticeMsOf(large)).toBe(1400);
  expect(calmMsOf(large)).toBe(5000);
  const auto = { ...large, failover: { ...large.failover, failback: { mode: 'auto', afterMs: 9000 } } } as const;
  expect(calmMsOf(auto)).toBe(9000);
});

test.for(faultClasses)('only what was asked for goes wrong: %s', (asked) => {
  const [, large] = config.deployments;
  if (large === undefined) throw new Error('there are two');
  const options = worldOptions(config, large, { seed: 1, faults: new Set([asked]), spanMs: 60_000 });
  const { link, cloud, every } = options;
  const on = {
    site: false,
    network: link.lostRequest > 0 && every.cut > 0,
    cloud: cloud.capacity > 0 && every.outage > 0,
    disk: options.brokenDisk > 0 && every.diskStall > 0,
    process: every.kill > 0 && every.pause > 0,
    clock: every.wallJump > 0,
    gateway: options.staleReads > 0 && every.gatewayRestart > 0,
    operators: every.typed > 0,
  };
  const wanted = Object.fromEntries(faultClasses.map((name) => [name, name === asked && name !== 'site']));
  expect(on).toEqual(wanted);
});

test('a site that fails is left, and the users without service are told of', limit, async () => {
  const stories = await Promise.all([1, 2, 3].map((seed) => story({ seed })));
  const moments = stories.flatMap((each) => each.moments);
  expect(stories.flatMap(({ violations, troubles }) => [...violations, ...troubles])).toEqual([]);
  expect(moments.filter(({ kind }) => kind === 'fault')).toHaveLength(9);
  expect(stories.reduce((sum, { failovers }) => sum + failovers, 0)).toBeGreaterThan(0);
  const moved = moments.find((each) => each.kind === 'operation' && each.operation === 'failover');
  expect(moved).toMatchObject({ state: 'done', trigger: 'automatic', error: undefined });
  const outages = moments.flatMap((each) => (each.kind === 'outage' ? [each] : []));
  expect(outages.every(({ forMs, worstPct, isOpen }) => forMs > 0 && worstPct === 100 && !isOpen)).toBe(true);
  for (const { moments: own } of stories)
    expect(own.map(({ atMs }) => atMs)).toEqual(own.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
});

test('the same seed tells the same story', limit, async () => {
  expect(await story({ seed: 5 })).toEqual(await story({ seed: 5 }));
});

test('whatever else goes wrong breaks no invariant and is told of', limit, async () => {
  const told = await story({ seed: 2, faults: new Set(faultClasses) });
  expect(told.violations).toEqual([]);
  expect(told.smallFaults).toBeGreaterThan(0);
  expect(told.moments.some(({ kind }) => kind === 'mishap')).toBe(true);
});

test('without failing sites the world is watched for its time', limit, async () => {
  const told = await story({ faults: new Set(['process']) });
  expect(told.moments.filter(({ kind }) => kind === 'fault')).toEqual([]);
  expect(told.forMs).toBeGreaterThan(60_000);
});

test('a policy that only advises moves nothing, and says why', limit, async () => {
  const advising = someConfig(({ failover }) => ({ failover: { ...failover, mode: 'advise' } }));
  const told = await Promise.all([1, 2, 3].map((seed) => story({ config: advising, seed })));
  const moments = told.flatMap((each) => each.moments);
  expect(moments.filter((each) => each.kind === 'operation' && each.operation !== 'start')).toEqual([]);
  const advised = moments.find((each) => each.kind === 'decision' && each.decision === 'advise');
  expect(advised).toMatchObject({ reasons: expect.arrayContaining([expect.objectContaining({ code: 'AdviseMode' })]) });
});

test('a deployment that no site may serve is without service to the end', limit, async () => {
  const foreign = someConfig(() => ({ residency: ['mars'] }));
  const told = await story({ config: foreign });
  expect(told.troubles).toEqual(['nothing is served: the gateway has no table']);
  expect(told.moments[0]).toMatchObject({ kind: 'outage', worstPct: 100, isOpen: true });
  // From the first message on, to the end.
  expect(told.moments[0]).toHaveProperty('forMs', expect.closeTo(told.forMs, -2));
});
