/** What Google Cloud's error codes mean: reasons of an answer, and codes of an operation that failed after HTTP 200. */
import { type ErrorRule, type ErrorTable, judge, judgeAll } from '../../model/error-table.ts';
import type { ErrorVerdict, Market, RawError } from '../../model/error-verdict.ts';
import {
  autoscaler,
  catalogue,
  field,
  globalReasons,
  grpc,
  nameTakenReport,
  notReadyReport,
  operationQuota,
  rateQuota,
  sourceRateReport,
} from './error-sources.ts';
import { launchErrors } from './launch-errors.ts';

const throttled: readonly ErrorRule[] = [
  {
    // HTTP 403: by its status it would look like credentials.
    codes: ['rateLimitExceeded', 'RATE_LIMIT_EXCEEDED'],
    ...{ class: 'throttled', means: 'too many calls in this minute', retryAfterMs: 60_000, source: rateQuota },
  },
  {
    codes: ['userRateLimitExceeded', 'concurrentLimitExceeded', 'servingLimitExceeded'],
    ...{ class: 'throttled', means: 'too many calls', source: globalReasons },
  },
  {
    codes: ['CONCURRENT_OPERATIONS_QUOTA_EXCEEDED'],
    ...{ class: 'throttled', means: 'too many operations at once: a quota by its name only', source: operationQuota },
  },
  {
    codes: ['RESOURCE_OPERATION_RATE_EXCEEDED'],
    ...{ class: 'throttled', means: 'too many operations on one image or snapshot', source: sourceRateReport },
  },
  { codes: ['RESOURCE_EXHAUSTED'], ...{ class: 'throttled', means: 'too many calls', source: grpc } },
  {
    // What is left of a rate limit when a library has dropped its reason.
    codes: ['PERMISSION_DENIED'],
    text: { says: /rate limit exceeded/i, example: 'Rate Limit Exceeded' },
    ...{ class: 'throttled', means: 'too many calls in this minute', retryAfterMs: 60_000, source: operationQuota },
  },
];

const auth: readonly ErrorRule[] = [
  {
    // About an image, a subnet, a service account: another site's need not be refused.
    codes: ['PERMISSIONS_ERROR'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: catalogue },
    todo: 'the message names the permission: give the service account a role that has it',
  },
  {
    codes: ['forbidden', 'insufficientPermissions'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: globalReasons },
  },
  {
    codes: ['authError', 'unauthorized', 'expired', 'accountDisabled'],
    ...{ class: 'auth', means: 'the credentials are wrong or have run out', source: globalReasons },
  },
  {
    codes: ['required'],
    status: 401,
    ...{ class: 'auth', means: 'no credentials were sent', source: globalReasons },
  },
  {
    codes: ['accessNotConfigured'],
    ...{ class: 'auth', means: 'the project has not turned this API on', source: globalReasons },
    todo: 'gcloud services enable compute.googleapis.com',
  },
  {
    codes: ['PERMISSION_DENIED'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: grpc },
  },
  {
    codes: ['UNAUTHENTICATED'],
    ...{ class: 'auth', means: 'the credentials are not accepted', source: grpc },
  },
  {
    codes: ['IAM_PERMISSION_DENIED'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: field },
  },
];

const objects: readonly ErrorRule[] = [
  {
    // Also of a machine whose launch failed: the cause is then in the operation.
    codes: ['notFound', 'deleted'],
    ...{ class: 'not-found', means: 'not there, or not seen there yet', source: globalReasons },
  },
  { codes: ['NOT_FOUND'], ...{ class: 'not-found', means: 'not there, or not seen there yet', source: grpc } },
  {
    codes: ['RESOURCE_NOT_FOUND'],
    ...{ class: 'not-found', means: 'not there; after a launch it is often sold out', source: field },
  },
  {
    codes: ['RESOURCE_NOT_READY'],
    ...{ class: 'conflict', means: 'it is still being stopped or made', source: field },
  },
  {
    codes: ['resourceNotReady'],
    ...{ class: 'conflict', means: 'it is still being stopped or made', source: notReadyReport },
  },
  {
    codes: ['alreadyExists'],
    ...{ class: 'conflict', means: 'something of this name is there already', source: nameTakenReport },
  },
  {
    codes: ['CONDITION_NOT_MET', 'conditionNotMet'],
    text: {
      says: /requires reservation to be in READY state/i,
      example:
        'Cannot insert instance to a reservation with status: CREATING, as it requires reservation to be in READY state.',
    },
    ...{ class: 'conflict', means: 'the reservation is still being made', source: autoscaler },
  },
  {
    codes: ['conditionNotMet'],
    status: 412,
    ...{ class: 'conflict', means: 'it has changed since it was read', source: globalReasons },
  },
  {
    codes: ['conflict', 'duplicate'],
    ...{
      class: 'conflict',
      means: 'it is there already, or something else is being done to it',
      source: globalReasons,
    },
  },
  {
    codes: ['ABORTED', 'ALREADY_EXISTS'],
    ...{ class: 'conflict', means: 'it is there already, or something else is being done to it', source: grpc },
  },
];

const servers: readonly ErrorRule[] = [
  {
    codes: ['SERVICE_UNAVAILABLE_FOR_LOCATION'],
    ...{ class: 'transient', means: 'Compute Engine takes no requests there now', source: catalogue },
  },
  {
    codes: ['internalError', 'backendError', 'backendNotConnected', 'notReady'],
    ...{ class: 'transient', means: 'Google itself is in trouble', source: globalReasons },
  },
  {
    codes: ['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
    ...{ class: 'transient', means: 'Google itself is in trouble', source: grpc },
  },
  {
    codes: ['DEADLINE_EXCEEDED', 'CANCELLED', 'UNKNOWN'],
    ...{ class: 'unknown', retry: 'read-back', means: 'no answer in time: it may have been done', source: grpc },
    todo: 'nothing: it is looked for before anything else',
  },
];

/** In order. */
export const gcpErrors: ErrorTable = {
  provider: 'gcp',
  rules: [...launchErrors, ...throttled, ...auth, ...objects, ...servers],
  summaryCodes: ['VM_MIN_COUNT_NOT_REACHED'],
};

/** What one error means. `market`: the one that was asked for. */
export function classifyGcpError(raw: RawError, market?: Market): ErrorVerdict {
  return judge(gcpErrors, raw, market).verdict;
}

/** What the errors of one answer or operation mean together: one launch may fail for several reasons. */
export function classifyGcpErrors(raws: readonly RawError[], market?: Market): ErrorVerdict {
  return judgeAll(gcpErrors, raws, market).verdict;
}
