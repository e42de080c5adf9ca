import { expect, test } from 'vitest';
import { classifyGcpError, classifyGcpErrors } from '../../../src/providers/gcp/errors.ts';

const minuteMs = 60_000;

function gcp(code: string, status?: number, message?: string) {
  return { code, status, message };
}

test.for([
  { name: 'a rate limit is 403 and no matter of credentials', raw: gcp('rateLimitExceeded', 403), is: 'throttled' },
  { name: 'a reason that forbids is one', raw: gcp('forbidden', 403), is: 'auth' },
  {
    name: 'too many operations is a quota by its name only',
    raw: gcp('CONCURRENT_OPERATIONS_QUOTA_EXCEEDED', 403),
    is: 'throttled',
  },
  { name: 'a quota is 403 too', raw: gcp('quotaExceeded', 403, 'no'), is: 'quota' },
  { name: 'too little room is 503', raw: gcp('insufficientCapacity', 503), is: 'capacity' },
  { name: 'any other 503 is a server in trouble', raw: gcp('backendError', 503), is: 'transient' },
  { name: 'missing credentials', raw: gcp('required', 401), is: 'auth' },
  { name: 'a missing value has the same reason', raw: gcp('required', 400), is: 'invalid' },
  { name: 'a network that is not there is a mistake', raw: gcp('VPC_NOT_FOUND'), is: 'invalid' },
  { name: 'a machine that is not there is none', raw: gcp('notFound', 404), is: 'not-found' },
  { name: 'still being stopped', raw: gcp('RESOURCE_NOT_READY'), is: 'conflict' },
  {
    name: 'a rate limit whose reason was dropped',
    raw: gcp('PERMISSION_DENIED', 403, 'Rate Limit Exceeded'),
    is: 'throttled',
  },
  {
    name: 'a quota whose reason was dropped',
    raw: gcp('PERMISSION_DENIED', 403, "Quota 'CPUS' exceeded."),
    is: 'quota',
  },
  { name: 'a permission that is missing', raw: gcp('PERMISSION_DENIED', 403, "Required 'x' permission"), is: 'auth' },
] as const)('$name', ({ raw, is }) => {
  expect(classifyGcpError(raw).class).toBe(is);
});

test.for([
  { text: "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 0.0 globally.", scope: 'account', minutes: 60 },
  { text: "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 4.0 globally.", scope: 'account', minutes: 10 },
  { text: "Quota 'CPUS_ALL_REGIONS' exceeded.", scope: 'account', minutes: 10 },
  { text: "Quota 'NVIDIA_A100_GPUS' exceeded.  Limit: 16.0 in region us-central1.", scope: 'region', minutes: 10 },
  { text: "Quota 'NVIDIA_A100_GPUS' exceeded.  Limit: 0.0 in region us-central1.", scope: 'region', minutes: 60 },
  { text: "Quota 'NVIDIA_A100_GPUS' exceeded.  Limit: 0.5 in region us-central1.", scope: 'region', minutes: 10 },
])('$text blocks the $scope for $minutes minutes', ({ text, scope, minutes }) => {
  for (const code of ['QUOTA_EXCEEDED', 'quotaExceeded', 'PERMISSION_DENIED'])
    expect(classifyGcpError(gcp(code, 403, text))).toMatchObject({
      class: 'quota',
      scope,
      expiryMs: minutes * minuteMs,
    });
});

test('one code means a quota, no room, or too many calls: by its text', () => {
  const classOf = (message: string) => classifyGcpError(gcp('RESOURCE_EXHAUSTED', 429, message)).class;
  expect(classOf('The following quota metrics exceed quota limits: aiplatform.googleapis.com/gpus')).toBe('quota');
  expect(classOf('The model is temporarily out of capacity.')).toBe('capacity');
  expect(classOf('Resource has been exhausted.')).toBe('throttled');
});

test('a machine type that a zone does not have stays blocked in that zone', () => {
  const text =
    "Invalid value for field 'resource.machineType': 'x'. Machine type with name 'x' does not exist in zone 'y'.";
  expect(classifyGcpError(gcp('invalid', 400, text))).toMatchObject({ class: 'invalid', scope: 'zone' });
  expect(classifyGcpError(gcp('invalid', 400, "Invalid value for field 'x'"))).toMatchObject({ scope: 'spec' });
});

test('of several causes of one operation, quota beats capacity', () => {
  const raws = [gcp('ZONE_RESOURCE_POOL_EXHAUSTED'), gcp('QUOTA_EXCEEDED', undefined, 'Limit: 1.0 in region x')];
  expect(classifyGcpErrors(raws)).toMatchObject({ class: 'quota', scope: 'region' });
});

test('of two quotas the wider one counts', () => {
  const raws = [
    gcp('QUOTA_EXCEEDED', undefined, 'Limit: 0.0 in region x'),
    gcp('QUOTA_EXCEEDED', undefined, "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 4.0 globally."),
  ];
  expect(classifyGcpErrors(raws)).toMatchObject({ class: 'quota', scope: 'account' });
});

test('a code that sums up the others is left out, and alone it says nothing', () => {
  const summary = gcp('VM_MIN_COUNT_NOT_REACHED');
  expect(classifyGcpErrors([summary, gcp('ZONE_RESOURCE_POOL_EXHAUSTED')])).toMatchObject({
    ...{ class: 'capacity', because: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
  });
  expect(classifyGcpErrors([summary])).toMatchObject({ class: 'unknown', retry: 'read-back' });
});

test('one cause that is not known makes the whole unknown, however known the others are', () => {
  const raws = [gcp('QUOTA_EXCEEDED', 403), gcp('SOMETHING_NEW', 403)];
  expect(classifyGcpErrors(raws)).toMatchObject({
    ...{ class: 'unknown', scope: 'offer', expiryMs: 2 * minuteMs },
    because: 'one of several is not known: QUOTA_EXCEEDED, SOMETHING_NEW',
  });
});
