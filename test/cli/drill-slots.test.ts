import { expect, test } from 'vitest';
import type { RunSummary } from '../../src/cli/drill-runs.ts';
import { duenessOf, dueSlot, latestStartMs, slotToFill } from '../../src/cli/drill-slots.ts';
import { drillOf } from '../model/support/drills.ts';

const slotMs = Date.parse('2026-11-25T03:30:00Z');
const hourMs = 3_600_000;
const weekly = drillOf({ schedule: { cron: '30 3 * * 3', timezone: 'UTC', skipDates: [] } });

const run = (over: Partial<RunSummary>): RunSummary => ({
  ...{ id: 'dr-1', drill: weekly, beganAtMs: slotMs, slotMs: undefined, verdict: 'passed' },
  writtenAtMs: slotMs,
  ...over,
});

test.for([
  { name: 'no slot yet', last: undefined, filled: [], lateMs: 0, due: false },
  { name: 'right at it', last: slotMs, filled: [], lateMs: 0, due: true },
  { name: 'as late as may be', last: slotMs, filled: [], lateMs: latestStartMs, due: true },
  { name: 'one millisecond later', last: slotMs, filled: [], lateMs: latestStartMs + 1, due: false },
  { name: 'with a run that fills it', last: slotMs, filled: [undefined, slotMs], lateMs: 0, due: false },
  { name: 'with a run of another slot', last: slotMs, filled: [slotMs - 7 * 24 * hourMs], lateMs: 0, due: true },
  { name: 'with a run that somebody typed', last: slotMs, filled: [undefined], lateMs: 0, due: true },
])('a slot is filled once and not late: $name', ({ last, filled, lateMs, due }) => {
  expect(slotToFill(last, filled, slotMs + lateMs)).toBe(due ? slotMs : undefined);
});

test('a drill without a schedule is never due', async () => {
  expect(await dueSlot(drillOf({}), [], slotMs)).toBeUndefined();
  expect(await duenessOf(drillOf({}), [], slotMs)).toBeUndefined();
});

test('the slot of a schedule is due until a run has it', async () => {
  expect(await dueSlot(weekly, [], slotMs + 60_000)).toBe(slotMs);
  expect(await dueSlot(weekly, [run({ slotMs })], slotMs + 60_000)).toBeUndefined();
});

test('a day that is left out has no slot', async () => {
  const skipping = drillOf({ schedule: { cron: '30 3 * * 3', timezone: 'UTC', skipDates: ['2026-11-25'] } });
  expect(await dueSlot(skipping, [], slotMs)).toBeUndefined();
});

test.for([
  { name: 'without any run', runs: [], since: true },
  { name: 'with one before it', runs: [run({ beganAtMs: slotMs - 1 })], since: true },
  { name: 'with one at it', runs: [run({ beganAtMs: slotMs })], since: false },
  { name: 'with one that did not start', runs: [run({ verdict: 'not-started' })], since: true },
  { name: 'with one that failed', runs: [run({ verdict: 'failed' })], since: false },
])('for people it is due since its slot: $name', async ({ runs, since }) => {
  expect(await duenessOf(weekly, runs, slotMs + 2 * hourMs)).toEqual({
    sinceMs: since ? slotMs : undefined,
    nextMs: slotMs + 7 * 24 * hourMs,
  });
});
