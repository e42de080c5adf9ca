import { expect, test } from 'vitest';
import { classifyAzureErrors } from '../../../src/providers/azure/errors.ts';
import { readAzureErrors, readAzureThrown, readInstanceView } from '../../../src/providers/azure/wire-errors.ts';

const nowMs = Date.UTC(2026, 10, 26, 12);

test('too many calls, with the details and the wait that come along', () => {
  // https://learn.microsoft.com/troubleshoot/azure/virtual-machines/troubleshooting-throttling-errors, checked 2026-11-26.
  const body = {
    code: 'OperationNotAllowed',
    message: 'The server rejected the request because too many requests have been received for this subscription.',
    details: [
      { code: 'TooManyRequests', target: 'HighCostGet30Min', message: '{"operationGroup":"HighCostGet30Min"}' },
    ],
  };
  const raws = readAzureErrors({ status: 429, body, headers: { 'retry-after': '1200' } }, nowMs);
  expect(raws.map(({ code }) => code)).toEqual(['OperationNotAllowed', 'TooManyRequests']);
  expect(classifyAzureErrors(raws)).toMatchObject({ class: 'throttled', retryAfterMs: 1_200_000 });
});

test('a long-running operation that failed says so inside an answer that went well', () => {
  const body = { name: 'op-1', status: 'Failed', error: { code: 'AllocationFailed', message: 'Allocation failed.' } };
  expect(readAzureErrors({ status: 200, body }, nowMs)).toEqual([
    { code: 'AllocationFailed', status: undefined, message: 'Allocation failed.' },
  ]);
});

test('details are read however deep, up to a limit, and what is inside only when nothing else is said', () => {
  const body = {
    error: { code: 'A', details: [{ code: 'B', details: [{ code: 'C' }] }, { innererror: { code: 'D' } }] },
  };
  expect(readAzureErrors({ status: 400, body }, nowMs).map(({ code }) => code)).toEqual(['A', 'B', 'C', 'D']);
  const inner = { error: { code: 'A', innererror: { code: 'B' } } };
  expect(readAzureErrors({ status: 400, body: inner }, nowMs).map(({ code }) => code)).toEqual(['A']);
  const endless: { code: string; details: unknown[] } = { code: 'A', details: [] };
  endless.details.push(endless, endless);
  expect(readAzureErrors({ status: 400, body: endless }, nowMs)).toHaveLength(20);
});

test.for([
  { name: 'seconds', headers: { 'retry-after': '7' }, ms: 7000 },
  { name: 'a date', headers: { 'retry-after': 'Thu, 26 Nov 2026 12:00:30 GMT' }, ms: 30_000 },
  { name: 'a date that has passed', headers: { 'retry-after': 'Thu, 26 Nov 2026 11:00:00 GMT' }, ms: 0 },
  { name: "Azure's own milliseconds", headers: { 'retry-after-ms': '250', 'retry-after': '7' }, ms: 250 },
  { name: 'nothing', headers: {}, ms: undefined },
  { name: 'no time at all', headers: { 'retry-after': 'soon' }, ms: undefined },
  { name: 'longer than is believed', headers: { 'retry-after': '999999' }, ms: 86_400_000 },
])('a wait is read from $name', ({ headers, ms }) => {
  const [raw] = readAzureErrors({ status: 429, body: '{"error":{"code":"TooManyRequests"}}', headers }, nowMs);
  expect(raw?.retryAfterMs).toBe(ms);
});

test('an answer that is no JSON keeps its status and its words', () => {
  expect(readAzureErrors({ status: 502, body: '<html>bad gateway</html>' }, nowMs)).toEqual([
    { code: undefined, status: 502, message: '<html>bad gateway</html>' },
  ]);
});

test('what the pipeline throws is read from its answer', () => {
  const error = Object.assign(new Error('refused'), {
    ...{ name: 'RestError', code: 'OperationNotAllowed', statusCode: 409 },
    response: {
      status: 409,
      headers: new Map([['retry-after', '3']]),
      bodyAsText: '{"error":{"code":"OperationNotAllowed","message":"exceeding approved Total Regional Cores quota"}}',
    },
  });
  expect(readAzureThrown(error, nowMs)).toEqual([
    {
      ...{ code: 'OperationNotAllowed', status: 409, retryAfterMs: 3000 },
      message: 'exceeding approved Total Regional Cores quota',
    },
  ]);
});

test('what the pipeline throws without an answer has no status', () => {
  const broken = Object.assign(new Error('socket hang up'), { name: 'RestError', code: 'ECONNRESET' });
  expect(readAzureThrown(broken, nowMs)).toMatchObject([{ code: 'ECONNRESET', status: undefined }]);
  const nobody = Object.assign(new Error('no identity'), { name: 'CredentialUnavailableError' });
  expect(classifyAzureErrors(readAzureThrown(nobody, nowMs))).toMatchObject({ class: 'auth' });
});

test.for([undefined, null, 'text', 7, {}, [], { error: 7 }, { error: { details: 'x' } }])('%j is read too', (value) => {
  expect(readAzureErrors({ status: 500, body: value }, nowMs)).toMatchObject([{ code: undefined, status: 500 }]);
  expect(readAzureThrown(value, nowMs)).toHaveLength(1);
});

test('a machine that failed says why in its instance view', () => {
  const statuses = [
    { code: 'ProvisioningState/failed/AllocationFailed', level: 'Error', message: 'none' },
    { code: 'PowerState/deallocated', level: 'Info' },
  ];
  expect(readInstanceView({ statuses })).toEqual([{ code: 'AllocationFailed', status: undefined, message: 'none' }]);
  expect(readInstanceView({ statuses: [{ code: 'ProvisioningState/succeeded' }] })).toEqual([]);
  expect(readInstanceView({ statuses: [{ code: 'ProvisioningState/failed' }] })).toMatchObject([{ code: undefined }]);
  expect(readInstanceView(undefined)).toEqual([]);
});
