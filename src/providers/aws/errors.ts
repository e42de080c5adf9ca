/** What EC2's error codes mean. */
import { type ErrorRule, type ErrorTable, judge, judgeAll } from '../../model/error-table.ts';
import type { ErrorVerdict, Market, RawError } from '../../model/error-verdict.ts';
import {
  codeList,
  commonErrors,
  field,
  idempotency,
  imageReport,
  regionTokens,
  sdk,
  stateReasons,
  verificationReport,
} from './error-sources.ts';
import { launchErrors } from './launch-errors.ts';

const auth: readonly ErrorRule[] = [
  {
    codes: ['AuthFailure'],
    text: { says: /not authorized for images/i, example: 'Not authorized for images: [ami-03a5b89a2fbe7dd3d]' },
    ...{ class: 'auth', scope: 'site', means: 'the account may not use the image', source: imageReport },
    todo: 'name another image in the launch template, or have its owner share it',
  },
  {
    // A region that is not turned on says the same as credentials that are dead: no other region is held back for it.
    codes: ['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException'],
    ...{ class: 'auth', scope: 'region', source: regionTokens },
    means: 'the credentials are not accepted: wrong, or not in this region',
    todo: 'renew the credentials; where they work in other regions, turn this one on for the account',
  },
  {
    codes: ['SignatureDoesNotMatch', 'IncompleteSignature', 'MissingAuthenticationToken'],
    ...{ class: 'auth', means: 'the credentials are not accepted', source: codeList },
  },
  {
    codes: ['InvalidAccessKeyId'],
    ...{ class: 'auth', means: 'the credentials are not known', source: field },
  },
  {
    codes: ['AccessDenied'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: field },
  },
  {
    codes: ['CredentialsProviderError'],
    ...{ class: 'auth', means: 'there are no credentials; nothing was asked', source: sdk },
    todo: 'set them where the SDK looks: environment, shared files, the role of the machine',
  },
  {
    codes: ['AccessDeniedException', 'NotAuthorized'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: commonErrors },
  },
  {
    codes: ['ExpiredTokenException'],
    ...{ class: 'auth', means: 'the credentials have run out', source: commonErrors },
  },
  {
    // Policies limit by region, image, subnet and type, as the one that godwit prints does.
    codes: ['UnauthorizedOperation'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: codeList },
    todo: 'aws sts decode-authorization-message says which permission is missing',
  },
  {
    codes: ['RequestExpired', 'InvalidSecurity.RequestHasExpired'],
    ...{ class: 'auth', source: codeList },
    means: 'the credentials have run out, or a clock is more than minutes wrong',
  },
  {
    codes: ['RequestTimeTooSkewed', 'RequestInTheFuture'],
    ...{ class: 'auth', means: "this machine's clock is wrong", source: sdk },
    todo: "set this machine's clock",
  },
  {
    codes: ['PendingVerification'],
    ...{
      class: 'auth',
      scope: 'region',
      means: 'the account is being verified for this region',
      source: verificationReport,
    },
    todo: 'wait for the mail that says so; after four hours ask aws-verification@amazon.com',
  },
  {
    codes: ['OptInRequired', 'Blocked', 'AccountDisabled'],
    ...{ class: 'auth', means: 'the account itself may not use EC2 (yet)', source: codeList },
    todo: 'sign in to the account: something is to be confirmed, or ask AWS Support',
  },
];

const throttled: readonly ErrorRule[] = [
  {
    // HTTP 503: by its status it would look like a server in trouble.
    codes: ['RequestLimitExceeded'],
    ...{ class: 'throttled', means: 'too many calls for this account and region', source: codeList },
  },
  {
    codes: [
      ...['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException'],
      ...['EC2ThrottledException', 'TooManyRequestsException', 'SlowDown', 'PriorRequestNotComplete'],
    ],
    ...{ class: 'throttled', means: 'too many calls', source: sdk },
  },
];

const objects: readonly ErrorRule[] = [
  {
    // Also just after it was made: what is listed lags behind.
    codes: ['InvalidInstanceID.NotFound', 'InvalidVolume.NotFound', 'InvalidReservationID.NotFound'],
    ...{ class: 'not-found', means: 'not there, or not seen there yet', source: codeList },
  },
  {
    codes: ['IdempotentParameterMismatch'],
    ...{ class: 'conflict', means: 'the client token was used with other parameters', source: idempotency },
    todo: 'nothing: what the earlier request made is looked for; another request takes a new token',
  },
  {
    codes: ['IdempotentInstanceTerminated'],
    ...{ class: 'conflict', means: 'the client token made a machine that has ended', source: codeList },
    todo: 'nothing: another request takes a new token',
  },
  {
    codes: [
      ...[
        'IncorrectInstanceState',
        'InvalidInstanceState',
        'IncorrectState',
        'InvalidState',
        'IncorrectSpotRequestState',
      ],
      ...['VolumeInUse', 'DependencyViolation', 'ConcurrentTagAccess'],
    ],
    ...{ class: 'conflict', means: 'it is in another state than was thought', source: codeList },
  },
  {
    codes: ['OperationNotPermitted'],
    ...{ class: 'conflict', means: 'it is protected against this, such as against termination', source: codeList },
    todo: 'end the protection, or leave it alone: somebody set it',
  },
];

const servers: readonly ErrorRule[] = [
  {
    codes: [
      'InternalError',
      'InternalFailure',
      'ServerInternal',
      'ServiceUnavailable',
      'Unavailable',
      'RetryableError',
    ],
    ...{ class: 'transient', means: 'EC2 itself is in trouble', source: codeList },
  },
  {
    codes: ['Server.InternalError'],
    ...{ class: 'transient', means: 'EC2 itself failed at the launch', source: stateReasons },
  },
  {
    codes: ['RequestTimeout', 'RequestTimeoutException', 'TimeoutError'],
    ...{ class: 'unknown', retry: 'read-back', means: 'no answer in time: it may have been done', source: sdk },
    todo: 'nothing: it is looked for before anything else',
  },
];

/** In order. */
export const awsErrors: ErrorTable = {
  provider: 'aws',
  rules: [...launchErrors, ...auth, ...throttled, ...objects, ...servers],
  summaryCodes: [],
};

/** What one error means. `market`: the one that was asked for. */
export function classifyAwsError(raw: RawError, market?: Market): ErrorVerdict {
  return judge(awsErrors, raw, market).verdict;
}

/** What the errors of one attempt mean together, such as those of `CreateFleet`. */
export function classifyAwsErrors(raws: readonly RawError[], market?: Market): ErrorVerdict {
  return judgeAll(awsErrors, raws, market).verdict;
}
