import { expect, test } from 'vitest';
import { classifyAzureError, classifyAzureErrors } from '../../../src/providers/azure/errors.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function refused(code: string, status: number | undefined, message?: string) {
  return { code, status, message };
}

/** As Azure writes it, shortened. */
function quotaText(what: string, limit: number): string {
  return `Operation could not be completed as it results in exceeding approved ${what} quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: ${limit}, Current Usage: 0, Additional Required: 8`;
}

test.for([
  {
    ...{ name: 'a family that has some quota', text: quotaText('standardNCADSH100v5Family Cores', 40) },
    is: { class: 'quota', scope: 'region', reach: { machines: 'family', markets: 'asked' }, expiryMs: 10 * minuteMs },
  },
  {
    ...{ name: 'a family that has none', text: quotaText('standardNCADSH100v5Family Cores', 0) },
    is: { class: 'quota', reach: { machines: 'family', markets: 'asked' }, expiryMs: hourMs },
  },
  {
    ...{ name: 'all spot machines', text: quotaText('LowPriorityCores', 100) },
    is: { class: 'quota', reach: { machines: 'all', markets: 'asked' }, expiryMs: hourMs },
  },
  {
    ...{ name: 'the whole region', text: quotaText('Total Regional Cores', 10) },
    is: { class: 'quota', reach: { machines: 'all', markets: 'all' }, expiryMs: 10 * minuteMs },
  },
  {
    ...{ name: 'the whole region, which has none', text: quotaText('Total Regional Cores', 0) },
    is: { class: 'quota', reach: { machines: 'all', markets: 'all' }, expiryMs: hourMs },
  },
])('OperationNotAllowed speaks of a quota: $name', ({ text, is }) => {
  expect(classifyAzureError(refused('OperationNotAllowed', 409, text))).toMatchObject({ retry: 'never', ...is });
  // Also with the status of too many calls: the text comes first.
  expect(classifyAzureError(refused('OperationNotAllowed', 429, text))).toMatchObject(is);
});

test('OperationNotAllowed may mean too many calls', () => {
  const text = 'The server rejected the request because too many requests have been received for this subscription.';
  expect(classifyAzureError(refused('OperationNotAllowed', 429, text)).class).toBe('throttled');
  expect(classifyAzureError(refused('OperationNotAllowed', 409, text)).class).toBe('throttled');
  expect(classifyAzureError(refused('OperationNotAllowed', 429, 'other words')).class).toBe('throttled');
});

test('OperationNotAllowed may mean that it is being deleted', () => {
  const text = "Operation 'Update VM' is not allowed on VM 'vm-1' since the VM is marked for deletion.";
  expect(classifyAzureError(refused('OperationNotAllowed', 409, text)).class).toBe('conflict');
  expect(classifyAzureError(refused('OperationNotAllowed', undefined, text)).class).toBe('conflict');
  expect(classifyAzureError(refused('OperationNotAllowed', 409, 'other words')).class).toBe('conflict');
});

test('OperationNotAllowed with other words and another status is not known', () => {
  expect(classifyAzureError(refused('OperationNotAllowed', 400, 'other words'))).toMatchObject({
    ...{ class: 'unknown', because: 'its text is not in the table, HTTP 400' },
  });
});

test('a limit that begins with 0 is not 0', () => {
  const text = quotaText('standardDLSv5Family Cores', 0).replace('Current Limit: 0,', 'Current Limit: 0x,');
  expect(classifyAzureError(refused('OperationNotAllowed', 409, text)).expiryMs).toBe(10 * minuteMs);
});

test('a size that is not to be had is asked for again after 23 hours, for spot after one', () => {
  const raw = refused('SkuNotAvailable', 409);
  expect(classifyAzureError(raw)).toMatchObject({ class: 'capacity', scope: 'offer', expiryMs: 23 * hourMs });
  expect(classifyAzureError(raw, 'spot')).toMatchObject({ class: 'capacity', scope: 'offer', expiryMs: hourMs });
});

test('what is sold out blocks larger sizes only where the zone itself is full, and a market only where one was named', () => {
  const reachOf = (code: string) => classifyAzureError(refused(code, undefined)).reach;
  expect(reachOf('ZonalAllocationFailed')).toEqual({ machines: 'larger', markets: 'all' });
  expect(reachOf('AllocationFailed')).toEqual({ machines: 'type', markets: 'all' });
  expect(reachOf('OverconstrainedZonalAllocationRequest')).toEqual({ machines: 'type', markets: 'asked' });
});

test('a network interface that is held is waited for, three minutes', () => {
  expect(classifyAzureError(refused('NicReservedForAnotherVm', 400))).toMatchObject({
    ...{ class: 'conflict', scope: 'object', retry: 'after-reading', retryAfterMs: 180_000 },
  });
});

test('a locked resource answers 429 and is no throttling', () => {
  expect(classifyAzureError(refused('RetryableErrorDueToAnotherOperation', 429)).class).toBe('conflict');
});

test('a machine that was not up in time may come up still', () => {
  expect(classifyAzureError(refused('OSProvisioningTimedOut', undefined))).toMatchObject({
    ...{ class: 'unknown', retry: 'read-back' },
  });
});

test('a wrapper is left out when the cause is inside', () => {
  const raws = [refused('DeploymentFailed', 400), refused('SkuNotAvailable', 400), refused('QuotaExceeded', 400)];
  expect(classifyAzureErrors(raws)).toMatchObject({ class: 'quota', because: 'QuotaExceeded' });
  expect(classifyAzureErrors([refused('DeploymentFailed', 409)])).toMatchObject({ class: 'conflict' });
});
