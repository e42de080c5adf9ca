import { expect, test } from 'vitest';
import { deploymentInForce, isOfConfiguration, viewInForce } from '../../src/core/in-force.ts';
import type { Actor } from '../../src/model/operation.ts';
import type { Standing } from '../../src/model/standing.ts';
import { siteView, view } from './support/view.ts';

const by: Actor = { kind: 'person', name: 'ada', host: 'desk', pid: 2 };
const base = { deployment: 'chat', by, atMs: 1, reason: undefined, untilMs: undefined } as const;
const scaled = (replicas: number, instead = 2): Standing => ({
  ...base,
  ...{ kind: 'scale', site: 'left', replicas, instead },
});
const kept = (instead = { left: 100, right: 0 }): Standing => ({
  ...base,
  ...{ kind: 'weights', weights: { left: 60, right: 40 }, instead },
});

const seen = view({ sites: [siteView('left', { wanted: 2, standby: 'warm' }), siteView('right')] });
const { deployment } = seen;

test.for([
  { name: 'more than the configuration says', replicas: 4, inForce: { replicas: 4, standby: 'hot' } },
  { name: 'as many, of a standby that would hold none', replicas: 2, inForce: { replicas: 2, standby: 'hot' } },
  { name: 'none: a failover may still start it', replicas: 0, inForce: { replicas: 2, standby: 'cold' } },
])('a site is scaled to $name', ({ replicas, inForce }) => {
  const [left, right] = deploymentInForce(deployment, [scaled(replicas)]).placements;
  expect(left).toMatchObject({ ...inForce, configured: { replicas: 2, standby: 'warm' } });
  expect(right).toBe(deployment.placements[1]);
});

test('replicas stand in named slots as long as there are to be as many', () => {
  const slots = { ...base, kind: 'slots', site: 'left', slots: [0, 3] } as const;
  expect(deploymentInForce(deployment, [slots]).placements[0]).toEqual({ ...deployment.placements[0], slots: [0, 3] });
  expect(deploymentInForce(deployment, [slots, scaled(3)]).placements[0]).not.toHaveProperty('slots');
  const three = { ...slots, slots: [0, 3, 4] };
  expect(deploymentInForce(deployment, [three, scaled(3)]).placements[0]).toMatchObject({ slots: [0, 3, 4] });
  expect([slots, { ...slots, site: 'away' }].map((each) => isOfConfiguration(each, deployment))).toEqual([true, false]);
});

test('an edit of the number in the file wins, and so does one of the weights', () => {
  const standing = [scaled(4, 3), kept({ left: 50, right: 50 })];
  expect(deploymentInForce(deployment, standing)).toEqual(deployment);
  expect(standing.map((each) => isOfConfiguration(each, deployment))).toEqual([false, false]);
  expect([scaled(4), kept()].map((each) => isOfConfiguration(each, deployment))).toEqual([true, true]);
});

test('weights are preferred in place of the configured ones', () => {
  expect(deploymentInForce(deployment, [kept()])).toMatchObject({
    ...{ weights: { left: 60, right: 40 }, configuredWeights: { left: 100, right: 0 } },
  });
});

test('a standby that traffic was given to for good is hot, and one that was given none is not', () => {
  const [left, right] = deploymentInForce(deployment, [kept()]).placements;
  expect(left).toEqual({ ...deployment.placements[0], standby: 'hot' });
  expect(right).toBe(deployment.placements[1]);
  expect(deploymentInForce(deployment, [kept(), scaled(0)]).placements[0]).toMatchObject({
    ...{ standby: 'cold', configured: { replicas: 2, standby: 'hot' } },
  });
  const away: Standing = { ...base, kind: 'weights', weights: { right: 100 }, instead: { left: 100, right: 0 } };
  expect(deploymentInForce(deployment, [away]).placements[0]).toBe(deployment.placements[0]);
});

test('with nothing that stands in its place all is the configuration’s own, also the objects', () => {
  expect(deploymentInForce(deployment, [{ ...base, kind: 'pause' }])).toBe(deployment);
  expect(viewInForce(seen, deployment, [])).toBe(seen);
});

test('a view of what was in force once shows what is in force now', () => {
  const before = viewInForce(seen, deployment, [scaled(4), kept()]);
  expect(before.sites[0]?.placement.replicas).toBe(4);
  expect(viewInForce(before, deployment, [])).toEqual(seen);
});
