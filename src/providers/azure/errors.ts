/** What Azure's error codes mean. */
import { type ErrorRule, type ErrorTable, judge, judgeAll } from '../../model/error-table.ts';
import type { ErrorVerdict, Market, RawError } from '../../model/error-verdict.ts';
import {
  createOrUpdate,
  deploymentErrors,
  field,
  identity,
  lockedReport,
  machineErrors,
  nicReport,
  preemptedReport,
  throttlingErrors,
} from './error-sources.ts';
import { launchErrors } from './launch-errors.ts';

const auth: readonly ErrorRule[] = [
  {
    // About a resource group, an image, a subnet: another site's need not be refused.
    codes: ['AuthorizationFailed', 'LinkedAuthorizationFailed'],
    ...{ class: 'auth', scope: 'site', means: 'the credentials may not do this there', source: deploymentErrors },
    todo: 'the message names the action and the scope: give the identity a role that has it',
  },
  {
    codes: ['InvalidAuthenticationTokenTenant'],
    ...{ class: 'auth', means: 'the credentials are of another tenant', source: deploymentErrors },
  },
  {
    codes: ['SubscriptionNotFound'],
    ...{
      class: 'auth',
      means: 'the subscription is not there, or not for these credentials',
      source: deploymentErrors,
    },
  },
  {
    codes: [
      ...['MissingSubscriptionRegistration', 'NoRegisteredProviderFound'],
      'InvalidSubscriptionRegistrationState',
    ],
    ...{ class: 'auth', means: 'the subscription has not turned this service on', source: deploymentErrors },
    todo: 'az provider register --namespace Microsoft.Compute (and Microsoft.Network)',
  },
  {
    codes: ['MissingRegistrationForLocation'],
    ...{ class: 'auth', scope: 'region', source: deploymentErrors },
    means: 'the subscription has not turned this service on in this location',
  },
  {
    codes: ['ReadOnlyDisabledSubscription', 'ClientAuthenticationError'],
    ...{ class: 'auth', means: 'the subscription is switched off, or the credentials are wrong', source: field },
  },
  {
    codes: [
      ...['CredentialUnavailableError', 'AuthenticationError', 'AggregateAuthenticationError'],
      'AuthenticationRequiredError',
    ],
    ...{ class: 'auth', means: 'no credentials that work were found; nothing was asked', source: identity },
  },
];

const throttled: readonly ErrorRule[] = [
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /too many requests/i,
      example: 'The server rejected the request because too many requests have been received for this subscription.',
    },
    ...{ class: 'throttled', means: 'too many calls for this subscription', source: throttlingErrors },
  },
  {
    codes: ['OperationNotAllowed'],
    status: 429,
    ...{ class: 'throttled', means: 'too many calls, by its status', source: throttlingErrors },
  },
  {
    codes: ['TooManyRequests'],
    ...{ class: 'throttled', means: 'too many calls', source: throttlingErrors },
  },
  {
    codes: ['TooManyVMRedeploymentRequests', 'StorageAccountTooBusy'],
    ...{ class: 'throttled', means: 'too many calls of this kind', source: machineErrors },
  },
];

const objects: readonly ErrorRule[] = [
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /marked for deletion|deallocated|being provisioned|operation is in progress|ongoing operation/i,
      example:
        "Operation 'startTenantUpdate' is not allowed on VM 'vm-1' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).",
    },
    ...{ class: 'conflict', means: 'it is in another state than was thought', source: machineErrors },
  },
  {
    codes: ['OperationNotAllowed'],
    status: 409,
    ...{ class: 'conflict', means: 'it is in another state than was thought, by its status', source: machineErrors },
  },
  {
    // HTTP 400. It is what a failed launch leaves behind, and it is billed with its address.
    codes: ['NicReservedForAnotherVm'],
    ...{ class: 'conflict', retryAfterMs: 180_000, source: nicReport },
    means: 'the network interface is held for a machine for three minutes more',
  },
  {
    // HTTP 429, though nobody called too often.
    codes: ['RetryableErrorDueToAnotherOperation'],
    ...{ class: 'conflict', means: 'another operation holds it', source: lockedReport },
  },
  {
    codes: [
      ...['Conflict', 'AnotherOperationInProgress', 'ResourceGroupBeingDeleted', 'DeploymentActiveAndUneditable'],
      ...['InUseSubnetCannotBeDeleted', 'OperationNotAllowedOnVMImageAsVMsBeingProvisioned'],
    ],
    ...{ class: 'conflict', means: 'it is in another state than was thought', source: deploymentErrors },
  },
  {
    codes: [
      ...['AttachDiskWhileBeingDetached', 'ConflictingUserInput', 'DiskImageNotReady', 'AcquireDiskLeaseFailed'],
      'ResourceUpdateBlockedOnPlatformUpdate',
    ],
    ...{ class: 'conflict', means: 'it, or its disk, is not ready for this', source: machineErrors },
  },
  {
    // Inside a poll that says Canceled, and sometimes Failed: the machine was deleted while it was made, for one.
    codes: ['OperationPreempted'],
    ...{ class: 'conflict', means: 'a later operation on the same machine ended it', source: preemptedReport },
  },
  {
    // HTTP 412: `If-Match` or `If-None-Match` did not hold.
    codes: ['PreconditionFailed', 'ConditionNotMet'],
    ...{ class: 'conflict', means: 'somebody else made or changed it meanwhile', source: createOrUpdate },
  },
  {
    codes: ['ResourceNotFound', 'NotFound'],
    ...{ class: 'not-found', means: 'not there, or not seen there yet', source: deploymentErrors },
  },
  { codes: ['VMNotFound'], ...{ class: 'not-found', means: 'the machine is not there', source: machineErrors } },
];

const servers: readonly ErrorRule[] = [
  {
    codes: ['InternalServerError'],
    ...{ class: 'transient', means: 'Azure itself is in trouble', source: deploymentErrors },
  },
  {
    codes: [
      ...['InternalOperationError', 'NetworkingInternalOperationError', 'OSProvisioningInternalError'],
      ...['DiagnosticsOperationInternalError', 'VMArtifactRepositoryInternalError'],
    ],
    ...{ class: 'transient', means: 'Azure itself failed at it', source: machineErrors },
  },
  {
    // Both say that the machine may still come up.
    codes: ['OSProvisioningTimedOut', 'VMStartTimedOut'],
    ...{ class: 'unknown', retry: 'read-back', means: 'not up in time: it may come up still', source: machineErrors },
    todo: 'nothing: it is looked for before anything else',
  },
];

/** In order: what a text says comes before what a status says. */
export const azureErrors: ErrorTable = {
  provider: 'azure',
  rules: [...launchErrors, ...auth, ...throttled, ...objects, ...servers],
  // Wrappers, whose details hold the cause.
  summaryCodes: ['DeploymentFailed', 'InvalidTemplateDeployment'],
};

/** What one error means. `market`: the one that was asked for. */
export function classifyAzureError(raw: RawError, market?: Market): ErrorVerdict {
  return judge(azureErrors, raw, market).verdict;
}

/** What an error means with all that it holds inside, as read by `readAzureErrors`. */
export function classifyAzureErrors(raws: readonly RawError[], market?: Market): ErrorVerdict {
  return judgeAll(azureErrors, raws, market).verdict;
}
