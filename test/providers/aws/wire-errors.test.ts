import { expect, test } from 'vitest';
import { readAwsError, readFleetErrors, readStateReason } from '../../../src/providers/aws/wire-errors.ts';

/** As the SDK throws it. */
function thrown(name: string, message: string, more: object): Error {
  return Object.assign(new Error(message), { name, ...more });
}

test('the code is the name of what the SDK throws', () => {
  const error = thrown('InsufficientInstanceCapacity', 'none', {
    $fault: 'client',
    $metadata: { httpStatusCode: 500 },
  });
  expect(readAwsError(error)).toEqual({ code: 'InsufficientInstanceCapacity', status: 500, message: 'none' });
});

test('a name that is only of JavaScript is no code', () => {
  const $response = { statusCode: 502, headers: { 'retry-after': '7' } };
  expect(readAwsError(thrown('SyntaxError', 'Unexpected token <', { $response }))).toEqual({
    ...{ code: undefined, status: 502, message: 'Unexpected token <', retryAfterMs: 7000 },
  });
});

test("a connection that broke has Node's code and no status", () => {
  const error = thrown('Error', 'socket hang up', { code: 'ECONNRESET', $metadata: { attempts: 1 } });
  expect(readAwsError(error)).toEqual({ code: 'ECONNRESET', status: undefined, message: 'socket hang up' });
});

test.for([undefined, null, 'text', 7, {}, []])('%j is read too', (value) => {
  expect(readAwsError(value)).toMatchObject({ code: undefined, status: undefined });
});

test('what a fleet could not have comes inside an answer that went well', () => {
  expect(readFleetErrors([{ ErrorCode: 'UnfulfillableCapacity', ErrorMessage: 'none' }, {}])).toEqual([
    { code: 'UnfulfillableCapacity', status: undefined, message: 'none' },
    { code: undefined, status: undefined, message: undefined },
  ]);
});

test('an instance that ended says why, and one that runs says nothing', () => {
  expect(readStateReason({ Code: 'Server.InsufficientInstanceCapacity', Message: 'none' })).toMatchObject({
    code: 'Server.InsufficientInstanceCapacity',
  });
  expect(readStateReason(undefined)).toBeUndefined();
});
