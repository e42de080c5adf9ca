import { expect, test } from 'vitest';
import { leaveLeadMs, leavingNotice, leavingNoticeOf } from '../../src/core/leaving.ts';
import type { Notice } from '../../src/model/notice.ts';
import { noticesOf, nowMs, replicaView, siteView, view } from './support/view.ts';

const leadMs = 120_000;

test.for<{ name: string; change: Partial<Notice>; leaves: boolean }>([
  { name: 'a preemption without a time', change: {}, leaves: true },
  { name: 'a preemption whose time has passed', change: { atMs: nowMs - 1 }, leaves: true },
  {
    name: 'a retirement at the very end of the lead',
    change: { kind: 'retirement', atMs: nowMs + leadMs },
    leaves: true,
  },
  { name: 'a retirement a millisecond later', change: { kind: 'retirement', atMs: nowMs + leadMs + 1 }, leaves: false },
  { name: 'a maintenance that begins now', change: { kind: 'maintenance', atMs: nowMs }, leaves: false },
  { name: 'a preemption of another replica', change: { replicaId: 'left-1' }, leaves: false },
])('$name makes it leave: $leaves', ({ change, leaves }) => {
  const notices = noticesOf({ replicaId: 'left-0', ...change });
  expect(leavingNotice(notices, 'left-0', leadMs, nowMs) !== undefined).toBe(leaves);
});

test.for([
  { name: 'a millisecond before it is an hour old', agoMs: 3_599_999, leaves: true },
  { name: 'once it is an hour old', agoMs: 3_600_000, leaves: false },
  { name: 'dated a minute ahead by a clock that was set back', agoMs: -60_000, leaves: true },
  { name: 'dated far ahead', agoMs: -60_001, leaves: false },
])('what was read counts $name: $leaves', ({ agoMs, leaves }) => {
  const notices = { told: noticesOf({ replicaId: 'left-0' })?.told ?? [], asOfMs: nowMs - agoMs };
  expect(leavingNotice(notices, 'left-0', leadMs, nowMs) !== undefined).toBe(leaves);
});

test('what cannot be read any more stays said, and what was never read says nothing', () => {
  const notices = noticesOf({ replicaId: 'left-0' });
  expect(leavingNotice({ told: [], ...notices, unseen: 'too many calls' }, 'left-0', leadMs, nowMs)).toBeDefined();
  expect(leavingNotice({ told: notices?.told ?? [] }, 'left-0', leadMs, nowMs)).toBeUndefined();
  expect(leavingNotice({ told: [], unseen: 'not read' }, 'left-0', leadMs, nowMs)).toBeUndefined();
  expect(leavingNotice(undefined, 'left-0', leadMs, nowMs)).toBeUndefined();
});

test('counts from two minutes before, or as long before as running requests may take', () => {
  const { deployment } = view();
  expect(leaveLeadMs({ ...deployment, drain: { waitForStreamsMs: 119_999 } })).toBe(120_000);
  expect(leaveLeadMs({ ...deployment, drain: { waitForStreamsMs: 120_001 } })).toBe(120_001);
});

test('a view knows which of its replicas leave', () => {
  const replicas = [replicaView({ slot: 0 }), replicaView({ slot: 1, id: 'left-1' })];
  const seen = view({
    sites: [siteView('left', { wanted: 2, replicas, notices: noticesOf({ replicaId: 'left-1' }) })],
  });
  const left = replicas.map(({ replica }) => leavingNoticeOf(seen, replica, nowMs)?.code);
  expect(left).toEqual([undefined, 'marked-for-termination']);
});
