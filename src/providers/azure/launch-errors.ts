/** What a launch on Azure is refused for: sold out, a quota, or something wrong in what was asked for. */
import { type ErrorRule, minutes } from '../../model/error-table.ts';
import {
  allocationFailures,
  deploymentErrors,
  familyQuotaReport,
  field,
  karpenter,
  machineErrors,
  quotaErrors,
  regionQuotaReport,
  spotQuotaReport,
} from './error-sources.ts';

const hourMs = 3_600_000;
/** Spot comes and goes; what is sold out otherwise stays so for an hour. */
const soldOut = { expiry: { spotMs: 3 * 60_000, otherMs: hourMs } } as const;
const wholeRegion = { scope: 'region', reach: { machines: 'all', markets: 'all' } } as const;
const raise = 'ask for a higher limit: Azure portal, Quotas, Compute, this subscription and region';

const capacity: readonly ErrorRule[] = [
  {
    codes: ['ZonalAllocationFailed'],
    ...{ class: 'capacity', scope: 'zone', reach: { machines: 'larger', markets: 'all' }, ...soldOut },
    means: 'sold out: the zone has no room for this size or a larger one',
    source: allocationFailures,
  },
  {
    // By zone when a zone was asked for, by region otherwise: the scope says so.
    codes: ['AllocationFailed'],
    ...{ class: 'capacity', scope: 'zone', reach: { machines: 'type', markets: 'all' }, ...soldOut },
    means: 'sold out: there is no room for this size where it was asked for',
    source: machineErrors,
  },
  {
    codes: ['OverconstrainedAllocationRequest', 'OverconstrainedZonalAllocationRequest'],
    ...{ class: 'capacity', reach: { machines: 'type', markets: 'asked' }, ...soldOut },
    means: 'sold out: no room for this size with all that was asked for besides',
    todo: 'ask for less: no proximity group, no fixed zone, another disk kind',
    source: karpenter,
  },
  {
    codes: ['SkuNotAvailable'],
    ...{ class: 'capacity', reach: { machines: 'type', markets: 'asked' } },
    expiry: { spotMs: hourMs, otherMs: 23 * hourMs },
    means: 'this size is not to be had there: sold out for spot, otherwise not offered',
    todo: 'az vm list-skus --location REGION --size SIZE --all says what is restricted, and why',
    source: karpenter,
  },
];

/** The code with three meanings: what its text says of a quota comes before its status. */
const quotaInsideNotAllowed: readonly ErrorRule[] = [
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /LowPriorityCores quota/i,
      example:
        'Operation could not be completed as it results in exceeding approved LowPriorityCores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 100, Additional Required: 8',
    },
    ...{ class: 'quota', reach: { machines: 'all', markets: 'asked' }, expiry: minutes(60) },
    ...{ means: 'the quota for all spot machines of the region', todo: raise, source: spotQuotaReport },
  },
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /Total Regional Cores quota.*Current Limit: 0(?:,|\s|$)/is,
      example:
        'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: centralus, Current Limit: 0, Current Usage: 0, Additional Required: 4',
    },
    ...{ class: 'quota', ...wholeRegion, expiry: minutes(60), means: 'the region has no quota at all' },
    ...{ todo: raise, source: karpenter },
  },
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /Total Regional Cores quota/i,
      example:
        'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: centralus, Current Limit: 10, Current Usage: 8, Additional Required: 4',
    },
    ...{ class: 'quota', ...wholeRegion, means: 'the quota for all machines of the region: no other size helps' },
    ...{ todo: raise, source: regionQuotaReport },
  },
  {
    codes: ['OperationNotAllowed', 'QuotaExceeded'],
    text: {
      says: /Current Limit: 0(?:,|\s|$)/i,
      example:
        'Operation could not be completed as it results in exceeding approved standardNCADSH100v5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 0, Current Usage: 0, Additional Required: 40',
    },
    ...{ class: 'quota', expiry: minutes(60), means: 'this family has no quota at all in the region' },
    ...{ todo: raise, source: karpenter },
  },
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /Family Cores quota/i,
      example:
        'Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 56, Additional Required: 64',
    },
    ...{ class: 'quota', means: "this family's quota in the region; a smaller size may still fit" },
    ...{ todo: raise, source: familyQuotaReport },
  },
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /exceeding (?:quota limits|approved)|request for Quota increase/i,
      example:
        'Operation results in exceeding quota limits of Core. Maximum allowed: 4, Current in use: 4, Additional requested: 2.',
    },
    ...{ class: 'quota', means: 'a quota of the subscription', todo: raise, source: quotaErrors },
  },
];

const quota: readonly ErrorRule[] = [
  ...quotaInsideNotAllowed,
  {
    codes: ['QuotaExceeded', 'ResourceQuotaExceeded'],
    ...{ class: 'quota', means: 'a quota of the subscription or the resource group', todo: raise, source: quotaErrors },
  },
  {
    codes: ['PublicIPCountLimitReached'],
    ...{ class: 'quota', ...wholeRegion, means: 'the quota for public addresses', source: deploymentErrors },
    todo: 'delete addresses that nothing uses: a launch that failed leaves its own behind',
  },
  {
    codes: ['SubnetIsFull'],
    ...{ class: 'quota', ...wholeRegion, means: 'the subnet has no free address', source: deploymentErrors },
    todo: 'delete network interfaces that nothing uses, or name a larger subnet',
  },
  {
    codes: ['RegionDoesNotAllowProvisioning'],
    ...{ class: 'quota', ...wholeRegion, expiry: minutes(60), source: deploymentErrors },
    ...{
      means: 'the region is closed to this subscription',
      todo: 'ask Azure for region access, or use another region',
    },
  },
];

const notOffered = { scope: 'region', reach: { machines: 'type', markets: 'all' } } as const;

const invalid: readonly ErrorRule[] = [
  {
    codes: ['VMSizeNotSupported', 'NotAvailableForSubscription'],
    ...{ class: 'invalid', ...notOffered, means: 'this size is not offered there to this subscription', source: field },
  },
  {
    codes: ['InvalidParameter'],
    text: {
      says: /requested VM size .* is not available in the current region/i,
      example: 'The requested VM size Standard_ND96isr_H100_v5 is not available in the current region.',
    },
    ...{ class: 'invalid', ...notOffered, means: 'this size is not offered in the region', source: machineErrors },
  },
  {
    codes: ['OperationNotAllowed'],
    text: {
      says: /smaller than the size .* in Image|Changing property|allowed to be attached/i,
      example:
        'Disk with size 30GB, which is smaller than the size 128GB of corresponding disk in Image, is not allowed.',
    },
    ...{ class: 'invalid', means: 'what was asked for cannot be, or cannot be changed', source: machineErrors },
  },
  {
    codes: [
      ...[
        'InvalidParameter',
        'BadRequest',
        'InvalidRequestContent',
        'InvalidRequestFormat',
        'InvalidResourceReference',
      ],
      ...['PropertyChangeNotAllowed', 'LocationRequired', 'ReservedResourceName', 'SubnetsNotInSameVnet'],
      ...['LinkedInvalidPropertyId', 'InvalidResourceType', 'PrivateIPAddressNotInSubnet'],
    ],
    ...{ class: 'invalid', means: 'a value in the request is wrong', source: deploymentErrors },
  },
  {
    codes: ['ImageNotFound', 'ResourceGroupNotFound', 'ParentResourceNotFound', 'StorageAccountNotFound'],
    ...{ class: 'invalid', means: 'something that the launch names is not there', source: deploymentErrors },
  },
  {
    codes: ['VMMarketplaceInvalidInput', 'SubscriptionNotAuthorizedForImage', 'OSProvisioningClientError'],
    ...{ class: 'invalid', means: 'the image cannot be used as it was asked for', source: machineErrors },
  },
  {
    codes: ['RequestDisallowedByPolicy'],
    ...{ class: 'invalid', means: 'a policy of the subscription forbids it', source: deploymentErrors },
    todo: 'read which policy in the message; change what is asked for, or ask for an exemption',
  },
];

/** In order. */
export const launchErrors: readonly ErrorRule[] = [...capacity, ...quota, ...invalid];
