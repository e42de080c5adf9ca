import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ErrorRule, type ErrorTable, judge, judgeAll } from '../../src/model/error-table.ts';
import { markets, type RawError } from '../../src/model/error-verdict.ts';
import { errorClasses } from '../../src/model/provider-error.ts';
import { awsErrors } from '../../src/providers/aws/errors.ts';
import { azureErrors } from '../../src/providers/azure/errors.ts';
import { gcpErrors } from '../../src/providers/gcp/errors.ts';

const tables = [awsErrors, azureErrors, gcpErrors];

const rules = tables.flatMap((table) =>
  table.rules.flatMap((rule, index) =>
    rule.codes.map((code) => ({ table, rule, code, title: titleOf(table, rule, index, code) })),
  ),
);

function titleOf({ provider }: ErrorTable, { text, status }: ErrorRule, index: number, code: string): string {
  return `${provider} rule ${index}, ${code}${text === undefined ? '' : ' with a text'}${status === undefined ? '' : ` with ${status}`}`;
}

/** What the rule is for: its own text, or one that no rule looks for. */
function exampleOf({ text, status }: ErrorRule, code: string): RawError {
  return { code, status, message: text?.example ?? 'nothing in particular' };
}

test.for(rules)('$title is reached: no rule before it takes what is its own', ({ table, rule, code }) => {
  expect(judge(table, exampleOf(rule, code)).rule).toBe(rule);
});

test.for(rules.filter(({ rule }) => rule.text !== undefined))(
  '$title is not taken without the text',
  ({ table, rule, code }) => {
    expect(judge(table, { code, status: undefined, message: undefined }).rule).not.toBe(rule);
  },
);

test.for(rules)('$title says where it was read, and when', ({ rule: { source, means } }) => {
  expect(source.at).toMatch(/^https:\/\/\S+|^FIELD\.md section \d|^npm |^Google Cloud SDK/);
  expect(source.checked).toMatch(/^2026-11-2\d$/);
  expect(means).toMatch(/^\S.*[^.]$/);
});

test.for(tables)('$provider: no code has two rules that say the same of it', ({ rules: all }) => {
  const bare = all.filter(({ text, status }) => text === undefined && status === undefined);
  const codes = bare.flatMap(({ codes: own }) => own.map((code) => code.toLowerCase()));
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

test.for(tables)('$provider: a class blocks what the contract says', ({ rules: all }) => {
  for (const rule of all) {
    const { verdict } = judge({ ...awsErrors, rules: [rule] }, exampleOf(rule, rule.codes[0] ?? ''));
    expect(verdict.class, rule.means).toBe(rule.class);
    if (['throttled', 'transient'].includes(rule.class))
      expect(verdict).toMatchObject({ scope: 'none', retry: 'back-off' });
    if (['capacity', 'quota'].includes(rule.class))
      expect(verdict.expiryMs, rule.means).toBeGreaterThanOrEqual(180_000);
    if (['auth', 'invalid'].includes(rule.class))
      expect(verdict).toMatchObject({ retry: 'never', expiryMs: undefined });
    if (rule.class === 'auth') expect(['account', 'region', 'site']).toContain(verdict.scope);
  }
});

test.for([
  ...['AuthorizationFailed', 'LinkedAuthorizationFailed'].map((code) => ({ table: azureErrors, code, scope: 'site' })),
  ...['forbidden', 'insufficientPermissions', 'PERMISSIONS_ERROR', 'PERMISSION_DENIED', 'IAM_PERMISSION_DENIED'].map(
    (code) => ({ table: gcpErrors, code, scope: 'site' }),
  ),
  ...['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException', 'NotAuthorized'].map((code) => ({
    ...{ table: awsErrors, code, scope: 'site' },
  })),
  { table: azureErrors, code: 'MissingRegistrationForLocation', scope: 'region' },
  ...['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException', 'PendingVerification'].map((code) => ({
    ...{ table: awsErrors, code, scope: 'region' },
  })),
  ...[
    ...['InvalidAuthenticationTokenTenant', 'SubscriptionNotFound', 'ReadOnlyDisabledSubscription'],
    ...['ClientAuthenticationError', 'CredentialUnavailableError'],
  ].map((code) => ({ table: azureErrors, code, scope: 'account' })),
  ...['authError', 'expired', 'accountDisabled', 'accessNotConfigured', 'UNAUTHENTICATED'].map((code) => ({
    ...{ table: gcpErrors, code, scope: 'account' },
  })),
  ...['ExpiredTokenException', 'RequestExpired', 'CredentialsProviderError', 'Blocked', 'SignatureDoesNotMatch'].map(
    (code) => ({ table: awsErrors, code, scope: 'account' }),
  ),
])('what may not be done is blocked where it was met: $table.provider $code, $scope', ({ table, code, scope }) => {
  const { verdict } = judge(table, { code, status: 403, message: undefined });
  const reach = scope === 'site' ? undefined : { machines: 'all', markets: 'all' };
  expect(verdict).toMatchObject({ class: 'auth', scope, reach, retry: 'never', expiryMs: undefined });
});

test.for([
  { status: 401, scope: 'account' },
  { status: 403, scope: 'site' },
])('without a known code HTTP $status speaks of the $scope', ({ status, scope }) => {
  for (const table of tables)
    for (const code of ['SomethingNew', undefined])
      expect(judge(table, { code, status, message: undefined }).verdict).toMatchObject({ class: 'auth', scope });
});

test('among several the wider one is taken: an account before a region before a site', () => {
  const [site, region, account] = ['UnauthorizedOperation', 'InvalidClientTokenId', 'RequestExpired'].map((code) => ({
    ...{ code, status: 403, message: undefined },
  })) as [RawError, RawError, RawError];
  expect(judgeAll(awsErrors, [site, region]).verdict.scope).toBe('region');
  expect(judgeAll(awsErrors, [site, account, region]).verdict.scope).toBe('account');
});

const raw = fc.record({
  code: fc.option(fc.oneof(fc.string(), fc.constantFrom(...rules.map(({ code }) => code))), { nil: undefined }),
  status: fc.option(
    fc.oneof(fc.integer(), fc.constantFrom(200, 400, 401, 403, 404, 409, 429, 500, 503, 504, Number.NaN)),
    {
      nil: undefined,
    },
  ),
  message: fc.option(fc.oneof(fc.string(), fc.constantFrom(...rules.map(({ rule }) => rule.text?.example ?? ''))), {
    nil: undefined,
  }),
});

test('every error gets a verdict, whatever is in it, alone and among others', () => {
  fc.assert(
    fc.property(fc.constantFrom(...tables), fc.array(raw), fc.constantFrom(...markets), (table, raws, market) => {
      for (const verdict of [
        ...raws.map((each) => judge(table, each, market).verdict),
        judgeAll(table, raws, market).verdict,
      ]) {
        expect(errorClasses).toContain(verdict.class);
        expect(verdict.because).not.toBe('');
        // What blocks machines says which, and what is not known blocks for two minutes at most.
        expect(verdict.reach !== undefined).toBe(['offer', 'zone', 'region', 'account'].includes(verdict.scope));
        if (verdict.class === 'unknown') expect(verdict).toMatchObject({ scope: 'offer', expiryMs: 120_000 });
      }
    }),
  );
});

test('the order of a batch changes nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...tables), fc.array(raw, { minLength: 1, maxLength: 4 }), (table, raws) => {
      const { class: one, scope } = judgeAll(table, raws).verdict;
      expect(judgeAll(table, raws.toReversed()).verdict).toMatchObject({ class: one, scope });
    }),
  );
});

test.for([
  { status: 400, is: 'unknown', retry: 'never' },
  { status: 401, is: 'auth', retry: 'never' },
  { status: 403, is: 'auth', retry: 'never' },
  { status: 404, is: 'not-found', retry: 'after-refresh' },
  { status: 408, is: 'unknown', retry: 'read-back' },
  { status: 409, is: 'conflict', retry: 'after-reading' },
  { status: 418, is: 'unknown', retry: 'never' },
  { status: 429, is: 'throttled', retry: 'back-off' },
  { status: 499, is: 'unknown', retry: 'never' },
  { status: 500, is: 'transient', retry: 'back-off' },
  { status: 504, is: 'unknown', retry: 'read-back' },
  { status: 599, is: 'transient', retry: 'back-off' },
  { status: 600, is: 'unknown', retry: 'never' },
  { status: undefined, is: 'unknown', retry: 'read-back' },
] as const)('a code that no table has is $is with HTTP $status', ({ status, is, retry }) => {
  for (const table of tables) {
    expect(judge(table, { code: 'SomethingNew', status, message: undefined }).verdict).toMatchObject({
      class: is,
      retry,
    });
  }
});

test('no answer at all is not known: look before anything else', () => {
  const verdict = judge(awsErrors, { code: undefined, status: undefined, message: undefined }).verdict;
  expect(verdict).toMatchObject({ class: 'unknown', retry: 'read-back', because: 'no answer' });
  expect(judgeAll(awsErrors, []).verdict).toEqual(verdict);
});

test('what the answer says of waiting goes before what the table says', () => {
  const raw429 = { code: 'rateLimitExceeded', status: 403, message: undefined };
  expect(judge(gcpErrors, raw429).verdict.retryAfterMs).toBe(60_000);
  expect(judge(gcpErrors, { ...raw429, retryAfterMs: 5000 }).verdict.retryAfterMs).toBe(5000);
});

test('a code is known whatever its case', () => {
  expect(judge(azureErrors, { code: 'SKUNotAvailable', status: 409, message: undefined }).verdict).toMatchObject({
    ...{ class: 'capacity', because: 'SkuNotAvailable' },
  });
});
