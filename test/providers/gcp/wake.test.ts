import { expect, test } from 'vitest';
import { labelsFor } from '../../../src/providers/gcp/labels.ts';
import { isToBeWoken, showsBootBefore } from '../../../src/providers/gcp/wake.ts';
import { type Instance, startMarkOf } from '../../../src/providers/gcp/wire.ts';

const [first, second] = ['2026-11-26T10:00:09.000Z', '2026-11-26T12:00:00.000Z'];

/** Told to start anew after its first boot. */
function told(status: string, lastStartTimestamp: string): Instance {
  const labels = labelsFor('wokenFrom', startMarkOf({ lastStartTimestamp: first })) ?? {};
  return { id: '1', name: 'm', status, lastStartTimestamp, labels };
}

test.for([
  ['TERMINATED', first, { toBeWoken: true, showsBefore: false }],
  ['STAGING', first, { toBeWoken: false, showsBefore: true }],
  ['RUNNING', first, { toBeWoken: false, showsBefore: true }],
  ['STAGING', second, { toBeWoken: false, showsBefore: false }],
  ['RUNNING', second, { toBeWoken: false, showsBefore: false }],
  ['TERMINATED', second, { toBeWoken: false, showsBefore: false }],
] as const)('told to start, %s with a last start of %s', ([status, lastStart, { toBeWoken, showsBefore }]) => {
  const machine = told(status, lastStart);
  expect([isToBeWoken(machine), showsBootBefore(machine)]).toEqual([toBeWoken, showsBefore]);
});

test('a machine that nobody told to start shows its own boot', () => {
  expect(showsBootBefore({ id: '1', name: 'm', status: 'RUNNING', lastStartTimestamp: first, labels: {} })).toBe(false);
});
