import { expect, test } from 'vitest';
import { classifyAwsError, classifyAwsErrors } from '../../../src/providers/aws/errors.ts';

const minuteMs = 60_000;

function aws(code: string | undefined, status?: number, message?: string) {
  return { code, status, message };
}

test.for([
  {
    name: 'sold out is capacity, though it is HTTP 500',
    raw: aws('InsufficientInstanceCapacity', 500),
    is: 'capacity',
  },
  { name: 'any other HTTP 500 is a server in trouble', raw: aws('InternalError', 500), is: 'transient' },
  {
    name: 'too many calls is throttled, though it is HTTP 503',
    raw: aws('RequestLimitExceeded', 503),
    is: 'throttled',
  },
  { name: 'any other HTTP 503 is a server in trouble', raw: aws('Unavailable', 503), is: 'transient' },
  { name: 'a limit on machines is a quota', raw: aws('VcpuLimitExceeded', 400), is: 'quota' },
  { name: 'a limit on calls is none', raw: aws('RequestLimitExceeded', 400), is: 'throttled' },
  { name: 'credentials that are wrong', raw: aws('AuthFailure', 401), is: 'auth' },
  { name: 'no credentials at all, before any call', raw: aws('CredentialsProviderError'), is: 'auth' },
  {
    name: 'an image that is not there is a mistake in the request',
    raw: aws('InvalidAMIID.NotFound', 400),
    is: 'invalid',
  },
  {
    name: 'an instance that is not there may only be new',
    raw: aws('InvalidInstanceID.NotFound', 400),
    is: 'not-found',
  },
  { name: 'a malformed instance id stays wrong', raw: aws('InvalidInstanceID.Malformed', 400), is: 'invalid' },
  { name: 'a token with other parameters', raw: aws('IdempotentParameterMismatch', 400), is: 'conflict' },
  { name: 'a token of a machine that has ended', raw: aws('IdempotentInstanceTerminated', 400), is: 'conflict' },
  {
    name: 'a launch that was accepted and found nothing',
    raw: aws('Server.InsufficientInstanceCapacity'),
    is: 'capacity',
  },
] as const)('$name', ({ raw, is }) => {
  expect(classifyAwsError(raw).class).toBe(is);
});

test('an image that may not be used is this site’s, and no word of the credentials', () => {
  expect(classifyAwsError(aws('AuthFailure', 400, 'Not authorized for images: [ami-1]'))).toMatchObject({
    ...{ class: 'auth', scope: 'site' },
  });
  const message = 'AWS was not able to validate the provided access credentials';
  expect(classifyAwsError(aws('AuthFailure', 401, message))).toMatchObject({ class: 'auth', scope: 'region' });
});

test('sold out blocks this type and larger ones there, for minutes, and sooner lets spot try again', () => {
  const raw = aws('InsufficientInstanceCapacity', 500);
  const blocks = { scope: 'offer', reach: { machines: 'larger', markets: 'asked' }, retry: 'never' };
  expect(classifyAwsError(raw)).toMatchObject({ ...blocks, expiryMs: 10 * minuteMs });
  expect(classifyAwsError(raw, 'spot')).toMatchObject({ ...blocks, expiryMs: 3 * minuteMs });
});

test('a type that a zone does not have stays blocked in that zone alone', () => {
  const blocks = { scope: 'zone', reach: { machines: 'type', markets: 'all' }, retry: 'never', expiryMs: undefined };
  expect(classifyAwsError(aws('Unsupported', 400))).toMatchObject({ class: 'invalid', ...blocks });
  const message = 'Your requested instance type (p3.8xlarge) is not supported in your requested Availability Zone (a).';
  expect(classifyAwsError(aws('InvalidFleetConfiguration', 400, message))).toMatchObject({
    class: 'invalid',
    ...blocks,
  });
  expect(classifyAwsError(aws('InvalidFleetConfiguration', 400, 'no'))).toMatchObject({ scope: 'spec' });
});

test('text without a code is not believed', () => {
  expect(classifyAwsError(aws(undefined, 400, 'InsufficientInstanceCapacity'))).toMatchObject({ class: 'unknown' });
});

test('of a fleet that got some errors, quota beats capacity', () => {
  const raws = [aws('InsufficientInstanceCapacity'), aws('VcpuLimitExceeded'), aws('InsufficientInstanceCapacity')];
  expect(classifyAwsErrors(raws)).toMatchObject({ class: 'quota', because: 'VcpuLimitExceeded' });
});

test('one error of a fleet that is not known makes the whole unknown, and names all', () => {
  const raws = [aws('VcpuLimitExceeded'), aws('SomethingNew')];
  expect(classifyAwsErrors(raws)).toMatchObject({
    ...{ class: 'unknown', scope: 'offer', retry: 'read-back', expiryMs: 2 * minuteMs },
    because: 'one of several is not known: VcpuLimitExceeded, SomethingNew',
  });
});
