import { expect, test } from 'vitest';
import { diagnoseSite } from '../../src/core/diagnose-site.ts';
import { isTakenAway } from '../../src/core/taken-away.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Step } from '../../src/model/plan.ts';
import { nowMs, operationOf, replicaOf, replicaView, siteView, view } from './support/view.ts';

const stamp: Step = { kind: 'stamp', name: '1-stamp', deadlineMs: 1 };
const trim: Step = {
  ...{ kind: 'trim', name: '2-trim', site: 'left', keep: 2, how: 'delete', drainMs: 1, takes: 2, deadlineMs: 1 },
};
const scale = (change: Partial<Operation> & { agoMs?: number } = {}): Operation =>
  operationOf({ agoMs: 1000, step: 2, plan: { kind: 'scale', steps: [stamp, trim] }, ...change });
const under = (state: Operation['state']): Operation => ({ ...scale({ state }), endedAtMs: undefined });
const gone = { slot: 2, state: 'gone', startedAtMs: nowMs - 5000 } as const;

test.for([
  { name: 'by an operation that is done', recent: [scale()], is: true },
  { name: 'by one that failed while it took away', recent: [scale({ state: 'failed', step: 1 })], is: true },
  { name: 'not by one that failed before', recent: [scale({ state: 'failed', step: 0 })], is: false },
  { name: 'by one under way', open: under('shifting'), is: true },
  { name: 'not by one that has not come to it', open: under('waking'), is: false },
  { name: 'not one that stays', recent: [scale()], replica: { ...gone, slot: 1 }, is: false },
  { name: 'not one of another site', recent: [scale()], replica: { ...gone, site: 'right' }, is: false },
  { name: 'not one that was started since', recent: [scale({ agoMs: 5001 })], is: false },
  { name: 'but one that was started before', recent: [scale({ agoMs: 5000 })], is: true },
  { name: 'not one that runs', recent: [scale()], replica: { ...gone, state: 'running' as const }, is: false },
])('what is gone was taken away: $name', ({ recent = [], open, replica = gone, is }) => {
  expect(isTakenAway({ open, recent }, replicaOf(replica))).toBe(is);
});

test('what was taken away is no loss of the site', () => {
  const lost = [2, 3].map((slot) => replicaView({ ...gone, slot, conditions: [{ state: 'bad' }], billed: 'no' }));
  const site = siteView('left', { wanted: 2, replicas: [replicaView(), replicaView({ slot: 1 }), ...lost] });
  const seen = view({ sites: [site, siteView('right')] });
  expect(diagnoseSite(seen, site, nowMs).code).toBe('SiteDegraded');
  expect(diagnoseSite({ ...seen, recent: [scale()] }, site, nowMs)).toMatchObject({
    ...{ code: 'Healthy', message: '2 of 2 ready' },
  });
});
