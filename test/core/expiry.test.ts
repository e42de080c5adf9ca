import { expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { expiryOf, shiftReason } from '../../src/core/expiry.ts';
import type { Standing } from '../../src/model/standing.ts';
import { dead, nowMs, operationOf, siteView, type ViewChange, view } from './support/view.ts';

type Shift = Extract<Standing, { kind: 'shift' }>;
const hourMs = 3_600_000;
const by = { kind: 'person', name: 'ada', host: 'desk', pid: 2 } as const;
const shift = (change: Partial<Shift> = {}): Shift => ({
  ...{ deployment: 'chat', by, atMs: nowMs - 1000, reason: undefined, untilMs: nowMs, kind: 'shift' },
  ...{ operationId: 'op-1', before: { left: 100, right: 0 }, after: { left: 0, right: 100 }, forMs: hourMs / 2 },
  ...change,
});

function due(change: ViewChange = {}, standing = shift(), paused: Parameters<typeof expiryOf>[2] = []) {
  const seen = view({ weights: { left: 0, right: 100 }, standing: [standing], ...change });
  return expiryOf(seen, diagnose(seen, nowMs), paused, nowMs);
}

test('returns at its time, not one millisecond before', () => {
  expect(due({}, shift({ untilMs: nowMs + 1 }))).toBeUndefined();
  expect(due({}, shift({ untilMs: nowMs }))).toMatchObject({
    kind: 'act',
    action: { kind: 'return', weights: { left: 100, right: 0 }, because: [{ code: 'ShiftExpired' }] },
  });
});

test.for<{ name: string; change: ViewChange }>([
  { name: 'while an operation is under way', change: { open: operationOf({ state: 'shifting' }) } },
  { name: 'while the gateway is not seen', change: { noRoute: 'unseen' } },
  { name: 'what somebody moved since', change: { weights: { left: 10, right: 90 } } },
])('does not return $name', ({ change }) => {
  expect(due(change)).toBeUndefined();
});

test('does nothing where nothing was moved for a time', () => {
  const seen = view();
  expect(expiryOf(seen, diagnose(seen, nowMs), [], nowMs)).toBeUndefined();
});

const leftDead: ViewChange = { sites: [siteView('left', dead), siteView('right')] };

test.for([
  { forMs: hourMs / 2, byMs: hourMs / 2 },
  { forMs: hourMs, byMs: hourMs },
  { forMs: hourMs + 1, byMs: hourMs },
])('an origin that is not healthy extends a shift of $forMs ms by $byMs ms', ({ forMs, byMs }) => {
  expect(due(leftDead, shift({ forMs }))).toMatchObject({
    kind: 'steer',
    steering: { order: 'extend', operationId: 'op-1', untilMs: nowMs + byMs, request: undefined },
  });
});

test('says why it could not return', () => {
  expect(due(leftDead)).toMatchObject({
    steering: { because: [{ code: 'ShiftExpired' }, { code: 'OriginNotHealthy', site: 'left' }] },
  });
});

test('while automation is paused nothing returns by itself', () => {
  expect(due({}, shift(), [{ code: 'Paused', message: 'by ada' }])).toMatchObject({
    kind: 'steer',
    steering: { because: [{ code: 'ShiftExpired' }, { code: 'Paused' }] },
  });
});

test('a shift that stands is a reason with its end', () => {
  expect(shiftReason(shift({ untilMs: 7 }))).toMatchObject({ code: 'ManualShiftActive', untilMs: 7 });
  expect(shiftReason(shift({ untilMs: undefined }))).not.toHaveProperty('untilMs');
});
