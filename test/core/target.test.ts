import { expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { bestTarget, moveAll } from '../../src/core/target.ts';
import { dead, noticesOf, nowMs, replicaView, type SiteChange, siteView, view } from './support/view.ts';

function chosen(sites: Readonly<Record<string, SiteChange>>, from = 'left'): string | undefined {
  const seen = view({ sites: Object.entries(sites).map(([name, change]) => siteView(name, change)) });
  return bestTarget(seen, { site: from }, diagnose(seen, nowMs), nowMs)?.site.name;
}

const empty: SiteChange = { replicas: [] };

test.for<{ name: string; sites: Readonly<Record<string, SiteChange>>; target: string | undefined }>([
  { name: 'the first ready one in order', sites: { left: dead, right: {}, far: {} }, target: 'right' },
  { name: 'a ready one before one that must be started', sites: { left: dead, right: empty, far: {} }, target: 'far' },
  { name: 'one that could be started when none is ready', sites: { left: dead, right: empty }, target: 'right' },
  {
    name: 'an independent one before a ready one that shares its domain',
    sites: { left: { ...dead, domains: ['x'] }, right: { domains: ['x'] }, far: empty },
    target: 'far',
  },
  {
    name: 'one whose replicas stand elsewhere before one in whose failure domain the source stands too',
    sites: {
      left: { replicas: [replicaView({ failureDomain: 'cb-1', conditions: [{ state: 'bad' }], proof: null })] },
      right: { replicas: [replicaView({ site: 'right', failureDomain: 'cb-1' })] },
      far: { replicas: [replicaView({ site: 'far', failureDomain: 'cb-2' })] },
    },
    target: 'far',
  },
  {
    name: 'one that could be started before one that may hold what its list does not show',
    sites: { left: dead, right: { ...empty, listLagMs: 1000, listedSinceMs: nowMs - 1000 }, far: empty },
    target: 'far',
  },
  {
    name: 'one that could be started before one whose replica will be gone in a moment',
    sites: { left: dead, right: { notices: noticesOf({ replicaId: 'right-0' }) }, far: empty },
    target: 'far',
  },
  {
    name: 'one whose replica will be gone in a moment before one that may hold what its list does not show',
    sites: {
      left: dead,
      right: { ...empty, listLagMs: 1000, listedSinceMs: nowMs - 1000 },
      far: { notices: noticesOf({ replicaId: 'far-0' }) },
    },
    target: 'far',
  },
  { name: 'never one that fails too', sites: { left: dead, right: dead, far: {}, moon: {} }, target: 'far' },
  {
    name: 'never one that is not allowed (I19)',
    sites: { left: dead, right: { residency: ['us'] } },
    target: undefined,
  },
  { name: 'never one that wants no replicas', sites: { left: dead, right: { wanted: 0 } }, target: undefined },
])('the target is $name', ({ sites, target }) => {
  expect(chosen(sites)).toBe(target);
});

test('from a site nobody knows, independence says nothing', () => {
  expect(chosen({ left: {}, right: {} }, 'mars')).toBe('left');
});

test('a move adds the share of the source to what the target has', () => {
  const seen = view({ sites: [siteView('left'), siteView('right')], weights: { left: 70, right: 30 } });
  expect(moveAll(seen, 'left', 'right')).toEqual({ left: 0, right: 100 });
});

test('a share that belongs to no site of the deployment goes along, so that the sum is 100 (I5)', () => {
  const removed = view({ sites: [siteView('left'), siteView('right')], weights: { left: 50, old: 50 } });
  expect(moveAll(removed, 'left', 'right')).toEqual({ left: 0, right: 100 });
  expect(moveAll(view({ noRoute: 'empty' }), 'left', 'right')).toEqual({ left: 0, right: 100 });
});
