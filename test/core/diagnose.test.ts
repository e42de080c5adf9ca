import { expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { dead, failingLeft, nowMs, type SiteChange, siteView, view } from './support/view.ts';

/** One site per change, all the weight at the first. */
function sites(...changes: readonly SiteChange[]): Parameters<typeof view>[0] {
  const names = changes.map((_, index) => `site-${index}`);
  return {
    sites: changes.map((change, index) => siteView(names[index] ?? '', change)),
    weights: Object.fromEntries(names.map((name, index) => [name, index === 0 ? 100 : 0])),
  };
}

const degraded = { all: { state: 'good' }, wanted: 2 } as const;
const unseen: SiteChange = { all: { state: 'unknown' } };

test('is that of the worst site with weight, with its name in the message', () => {
  expect(diagnose(failingLeft(), nowMs)).toMatchObject({
    code: 'SiteDead',
    actionable: true,
    site: 'left',
    message: expect.stringMatching(/^left: /),
  });
});

test('is healthy while only a site without weight fails', () => {
  expect(diagnose(view(sites({}, dead, {})), nowMs)).toMatchObject({ code: 'Healthy', site: 'site-0' });
});

test('half of the sites bad is not too many, one more is (I10)', () => {
  expect(diagnose(view(sites(dead, dead, {}, {})), nowMs).code).toBe('SiteDead');
  expect(diagnose(view(sites(dead, dead, dead, {})), nowMs)).toMatchObject({
    code: 'TooManyFailing',
    actionable: false,
    site: undefined,
    message: '3 of 4 sites bad at once, more than 50 %',
  });
});

test('one bad site that is the only one is not "together"', () => {
  expect(diagnose(view(sites(dead)), nowMs).code).toBe('SiteDead');
});

test('empty and starting sites are not counted among those that could be bad', () => {
  expect(diagnose(view(sites(dead, {}, { replicas: [] })), nowMs).code).toBe('SiteDead');
  expect(diagnose(view(sites(dead, dead, { replicas: [] }, { all: { state: 'starting' } })), nowMs).code).toBe(
    'TooManyFailing',
  );
});

test('the view is lost when no site can be seen, not when one can', () => {
  expect(diagnose(view(sites(unseen, unseen)), nowMs)).toMatchObject({ code: 'ViewLost', site: undefined });
  expect(diagnose(view(sites(unseen, {})), nowMs)).toMatchObject({ code: 'ViewLost', site: 'site-0' });
});

test('without any weight it is that of the worst site', () => {
  expect(diagnose(view({ ...sites({}, dead, {}), weights: {} }), nowMs)).toMatchObject({ site: 'site-1' });
});

test('without any site it is empty', () => {
  expect(diagnose(view({ sites: [] }), nowMs)).toMatchObject({ code: 'SiteEmpty', site: undefined });
});

test('ranks actionable failure, failure, lost view, degradation, start, health', () => {
  const order = [dead, unseen, degraded] as const;
  const half = { 'site-0': 50, 'site-1': 50 };
  expect(diagnose(view({ ...sites(order[1], order[0], {}, {}), weights: half }), nowMs).code).toBe('SiteDead');
  expect(diagnose(view({ ...sites({ all: { state: 'starting' } }, {}), weights: half }), nowMs).code).toBe('Starting');
  const users = { 'site-0': { failures: 90 } };
  expect(diagnose(view({ ...sites({}, {}), weights: half, traffic: users }), nowMs).code).toBe('SiteDegraded');
});
