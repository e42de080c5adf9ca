import { expect, test } from 'vitest';
import { progressAddressOf, readProgress } from '../../../src/providers/azure/progress.ts';

const nowMs = Date.UTC(2026, 10, 27, 12);

function answer(status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
  return { status, body, header: (name: string) => headers[name] };
}

const both = { 'azure-asyncoperation': 'https://a/op', location: 'https://a/result' };
const long = `https://a/op?t=${'0'.repeat(4096)}`;

test.for([
  ['201 with both addresses', answer(201, {}, both), 'https://a/op'],
  ['202 with a Location only', answer(202, undefined, { location: long }), long],
  [
    '200 that is not over by its provisioning state',
    answer(200, { properties: { provisioningState: 'Updating' } }, both),
    'https://a/op',
  ],
  [
    '200 with a word of theirs that is new to us',
    answer(200, { properties: { provisioningState: 'Migrating' } }, both),
    'https://a/op',
  ],
  ['200 that is over', answer(200, { properties: { provisioningState: 'Succeeded' } }, both), undefined],
  ['200 that failed at once', answer(200, { properties: { provisioningState: 'Failed' } }, both), undefined],
  ['200 without a body', answer(200, undefined, both), undefined],
  ['204', answer(204), undefined],
  ['201 without an address', answer(201, {}), undefined],
] as const)('where to ask after %s', ([, given, address]) => {
  expect(progressAddressOf(given)).toBe(address);
});

test.for([
  ['a Location that answers 202', answer(202), { state: 'running' }],
  [
    'a Location that answers 200',
    answer(200, { id: 'vm', properties: { provisioningState: 'Succeeded' } }),
    { state: 'succeeded' },
  ],
  ['a Location that answers 204', answer(204), { state: 'succeeded' }],
  [
    'a Location that shows the thing still changing',
    answer(200, { properties: { provisioningState: 'Creating' } }),
    { state: 'running' },
  ],
  ['a status', answer(200, { status: 'InProgress' }), { state: 'running' }],
  ['a status that is new to us', answer(200, { status: 'Thinking' }), { state: 'running' }],
  ['the end', answer(200, { status: 'Succeeded' }), { state: 'succeeded' }],
] as const)('reads %s', ([, given, progress]) => {
  expect(readProgress(given, undefined, nowMs)).toEqual(progress);
});

test.for([
  ['seconds', '15', 15_000],
  ['a date', new Date(nowMs + 30_000).toUTCString(), 30_000],
  ['nothing', undefined, undefined],
  ['nonsense', 'soon', undefined],
] as const)('waits as long as it is told: %s', ([, header, retryAfterMs]) => {
  const given = answer(200, { status: 'Running' }, header === undefined ? {} : { 'retry-after': header });
  expect(readProgress(given, undefined, nowMs)).toEqual({
    state: 'running',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
});

test('a failure inside a poll that is HTTP 200 is the refusal that it would have been at once', () => {
  const error = { code: 'AllocationFailed', message: 'Allocation failed.' };
  const spot = readProgress(answer(200, { status: 'Failed', error }), 'spot', nowMs);
  expect(spot).toMatchObject({
    ...{ state: 'failed', error: { class: 'capacity', code: 'AllocationFailed' } },
    verdict: { scope: 'zone', reach: { machines: 'type', markets: 'all' }, expiryMs: 180_000 },
  });
  const preempted = { code: 'OperationPreempted', message: 'by a more recent operation' };
  expect(readProgress(answer(200, { status: 'Canceled', error: preempted }), undefined, nowMs)).toMatchObject({
    ...{ state: 'canceled', error: { code: 'OperationPreempted' } },
  });
  expect(readProgress(answer(200, { status: 'Failed' }), undefined, nowMs)).toMatchObject({
    state: 'failed',
    error: { code: 'NoCode' },
  });
});
