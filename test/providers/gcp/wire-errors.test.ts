import { expect, test } from 'vitest';
import { classifyGcpErrors } from '../../../src/providers/gcp/errors.ts';
import { readGcpErrors, readGcpThrown, readOperationErrors } from '../../../src/providers/gcp/wire-errors.ts';

test('too many operations: the reason and the detail say it, the status would not', () => {
  // https://docs.cloud.google.com/compute/operations-quota, checked 2026-11-26.
  const body = {
    error: {
      ...{ code: 403, message: 'Rate Limit Exceeded' },
      errors: [{ message: 'Rate Limit Exceeded', domain: 'usageLimits', reason: 'rateLimitExceeded' }],
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'CONCURRENT_OPERATIONS_QUOTA_EXCEEDED' },
      ],
    },
  };
  expect(classifyGcpErrors(readGcpErrors({ status: 403, body, retryAfter: '9' }))).toMatchObject({
    ...{ class: 'throttled', retryAfterMs: 9000 },
  });
  const { errors, ...rest } = body.error;
  expect(errors).toHaveLength(1);
  expect(readGcpErrors({ status: undefined, body: { error: rest } })).toMatchObject([
    { code: 'CONCURRENT_OPERATIONS_QUOTA_EXCEEDED', status: 403 },
  ]);
});

test('an answer without reasons has its status word', () => {
  const body = { error: { code: 429, message: 'quota metrics exceed quota limits', status: 'RESOURCE_EXHAUSTED' } };
  expect(readGcpErrors({ status: 429, body })).toMatchObject([{ code: 'RESOURCE_EXHAUSTED', status: 429 }]);
});

test('an operation that failed was accepted first, and may have several causes', () => {
  // https://github.com/CCExtractor/sample-platform/issues/901, checked 2026-11-26; the second cause is ours.
  const operation = {
    ...{ kind: 'compute#operation', status: 'DONE', httpErrorStatusCode: 503 },
    error: {
      errors: [
        { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: 'The zone does not have enough resources available.' },
        { code: 'VM_MIN_COUNT_NOT_REACHED', message: 'Requested minimum count of 1 VMs could not be created.' },
      ],
    },
  };
  const raws = readOperationErrors(operation);
  expect(raws.map(({ code, status }) => [code, status])).toEqual([
    ['ZONE_RESOURCE_POOL_EXHAUSTED', undefined],
    ['VM_MIN_COUNT_NOT_REACHED', undefined],
  ]);
  expect(classifyGcpErrors(raws)).toMatchObject({ class: 'capacity' });
  expect(readOperationErrors({ status: 'DONE' })).toEqual([]);
});

test("a number of gRPC's is read by its name, with the status it came from", () => {
  const thrown = Object.assign(new Error('Rate Limit Exceeded'), { code: 7 });
  expect(readGcpThrown(thrown)).toEqual([{ code: 'PERMISSION_DENIED', status: 403, message: 'Rate Limit Exceeded' }]);
  expect(classifyGcpErrors(readGcpThrown(thrown)).class).toBe('throttled');
  const late = Object.assign(new Error('Deadline exceeded'), { code: 4 });
  expect(classifyGcpErrors(readGcpThrown(late))).toMatchObject({ class: 'unknown', retry: 'read-back' });
});

test('the reasons are taken where the library kept them', () => {
  const errors = [{ reason: 'quotaExceeded', message: "Quota 'CPUS' exceeded." }];
  expect(readGcpThrown({ code: 7, message: 'no', errors })).toMatchObject([{ code: 'quotaExceeded', status: 403 }]);
  const response = { status: 403, data: { error: { code: 403, errors } } };
  expect(readGcpThrown({ response })).toMatchObject([{ code: 'quotaExceeded', status: 403 }]);
});

test('a connection that broke has no status', () => {
  const broken = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  expect(readGcpThrown(broken)).toEqual([{ code: 'ECONNRESET', status: undefined, message: 'socket hang up' }]);
});

test.for([undefined, null, 'text', 7, {}, [], { error: 7 }, { error: { errors: 'x', details: 7 } }])(
  '%j is read too',
  (value) => {
    expect(readGcpErrors({ status: 500, body: value })).toMatchObject([{ code: undefined, status: 500 }]);
    expect(readGcpThrown(value)).toHaveLength(1);
    expect(readOperationErrors(value)).toEqual([]);
  },
);
