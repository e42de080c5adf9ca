/** What a launch on Google Cloud is refused for: sold out, a quota, or something wrong in what was asked for. */
import { type ErrorRule, minutes } from '../../model/error-table.ts';
import {
  allRegionsReport,
  autoscaler,
  availability,
  bulkErrors,
  catalogue,
  exhaustedReport,
  field,
  gcloud,
  globalReasons,
  grpc,
} from './error-sources.ts';

const wholeAccount = { scope: 'account', reach: { machines: 'all', markets: 'all' } } as const;
const wholeRegion = { scope: 'region', reach: { machines: 'all', markets: 'all' } } as const;
const thisType = { machines: 'type', markets: 'asked' } as const;
const raise = 'ask for a higher limit: Google Cloud console, IAM and admin, Quotas, the one that the message names';

const capacity: readonly ErrorRule[] = [
  {
    codes: ['RESOURCE_POOL_EXHAUSTED'],
    text: {
      says: /external ?IP resource pool/i,
      example: 'The global or regional externalIP resource pool is exhausted.',
    },
    ...{ class: 'capacity', ...wholeRegion, means: 'no public addresses are left in the region', source: autoscaler },
  },
  {
    codes: ['ZONE_RESOURCE_POOL_EXHAUSTED', 'ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS'],
    ...{ class: 'capacity', means: 'sold out: the zone has no room for this machine', source: availability },
  },
  {
    codes: ['RESOURCE_POOL_EXHAUSTED'],
    ...{ class: 'capacity', means: 'sold out: the zone has no room for this machine', source: autoscaler },
  },
  {
    // HTTP 503: by its status it would look like a server in trouble.
    codes: ['insufficientCapacity'],
    ...{ class: 'capacity', means: 'sold out: not enough room for what was asked for', source: bulkErrors },
  },
  {
    codes: ['CONDITION_NOT_MET', 'conditionNotMet'],
    text: {
      says: /reservations? .*does not have available resources|No available resources in specified reservations?/i,
      example: "Specified reservation 'rsv-1' does not have available resources for the request.",
    },
    ...{ class: 'capacity', reach: thisType, means: 'what was reserved is full, or for other machines' },
    ...{ todo: 'enlarge the reservation, or name another one', source: autoscaler },
  },
  {
    codes: ['UNSUPPORTED_OPERATION'],
    ...{
      class: 'capacity',
      reach: thisType,
      means: 'the spot machine was taken back while it was made',
      source: field,
    },
  },
];

/** One code for every limit: the text says whether it holds everywhere, and whether there is any. */
const quotaCodes = ['QUOTA_EXCEEDED', 'quotaExceeded'];
/** With what is left of such an answer when a library has dropped its reason. */
const quotaTextCodes = [...quotaCodes, 'PERMISSION_DENIED'];

const quota: readonly ErrorRule[] = [
  {
    codes: quotaTextCodes,
    text: {
      says: /Limit: 0(?:\.0+)? globally/i,
      example: "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 0.0 globally.",
    },
    ...{ class: 'quota', ...wholeAccount, expiry: minutes(60), means: 'the project has none of these in any region' },
    ...{ todo: raise, source: allRegionsReport },
  },
  {
    codes: quotaTextCodes,
    text: {
      says: /_ALL_REGIONS' exceeded|Limit: [\d.]+ +globally/i,
      example: "Quota 'GPUS_ALL_REGIONS' exceeded.  Limit: 8.0 globally.",
    },
    ...{ class: 'quota', ...wholeAccount, means: "the project's limit over all regions: no other region helps" },
    ...{ todo: raise, source: field },
  },
  {
    codes: quotaTextCodes,
    text: {
      says: /Limit: 0(?:\.0+)? in region/i,
      example: "Quota 'NVIDIA_H100_GPUS' exceeded.  Limit: 0.0 in region us-central1.",
    },
    ...{ class: 'quota', expiry: minutes(60), means: 'the project has none of these in the region' },
    ...{ todo: raise, source: autoscaler },
  },
  {
    codes: quotaCodes,
    ...{ class: 'quota', means: "the project's limit in the region", todo: raise, source: bulkErrors },
  },
  {
    codes: ['RESOURCE_EXHAUSTED'],
    text: {
      says: /quota metrics? exceed|\bquota\b.*exceeded/i,
      example:
        'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus',
    },
    ...{ class: 'quota', means: "the project's limit in the region", todo: raise, source: exhaustedReport },
  },
  {
    codes: ['RESOURCE_EXHAUSTED'],
    text: { says: /out of capacity|insufficient in region/i, example: 'The model is temporarily out of capacity.' },
    ...{ class: 'capacity', means: 'sold out', source: field },
  },
  {
    codes: ['PERMISSION_DENIED'],
    text: {
      says: /Quota '[^']*' exceeded/i,
      example: "Quota 'NVIDIA_L4_GPUS' exceeded.  Limit: 1.0 in region us-east1.",
    },
    ...{ class: 'quota', means: "the project's limit in the region", todo: raise, source: grpc },
  },
  {
    codes: ['IP_SPACE_EXHAUSTED'],
    ...{ class: 'quota', ...wholeRegion, means: 'the subnet has no free address', source: autoscaler },
    todo: 'free addresses, or name a larger subnet',
  },
];

const invalid: readonly ErrorRule[] = [
  {
    codes: ['INVALID_FIELD_VALUE', 'invalid', 'notFound', 'INVALID_ARGUMENT'],
    text: {
      says: /(?:machine|accelerator) ?type .* does not exist in zone/i,
      example:
        "Invalid value for field 'resource.machineType': 'zones/us-east1-b/machineTypes/a3-highgpu-8g'. Machine type with name 'a3-highgpu-8g' does not exist in zone 'us-east1-b'.",
    },
    ...{ class: 'invalid', scope: 'zone', reach: { machines: 'type', markets: 'all' }, source: gcloud },
    means: 'the zone does not have this machine type',
    todo: 'gcloud compute machine-types list --filter="name=TYPE" lists where it is',
  },
  {
    codes: ['CONDITION_NOT_MET', 'conditionNotMet'],
    text: {
      says: /Constraint constraints\/\S+ violated/i,
      example: 'Constraint constraints/compute.vmExternalIpAccess violated for project 1234567890.',
    },
    ...{ class: 'invalid', means: "the organisation's policy forbids it", source: autoscaler },
    todo: 'change what is asked for (such as: no public address), or ask for an exemption',
  },
  {
    codes: ['CONDITION_NOT_MET', 'conditionNotMet'],
    text: {
      says: /reservations? .*do(?:es)? not exist|reservation must exist|Unsupported TPU/i,
      example: "Specified reservation 'rsv-1' does not exist.",
    },
    ...{ class: 'invalid', means: 'the reservation is not there, or not for this', source: autoscaler },
  },
  {
    codes: ['INVALID_FIELD_VALUE', 'FIELD_SIZE_TOO_LARGE', 'MISSING_REQUIRED_FIELD'],
    ...{ class: 'invalid', means: 'a value in the request is wrong', source: catalogue },
  },
  { codes: ['invalid'], ...{ class: 'invalid', means: 'a value in the request is wrong', source: bulkErrors } },
  {
    codes: ['invalidParameter', 'badRequest', 'parseError', 'notImplemented', 'unsupportedMethod'],
    ...{ class: 'invalid', means: 'the request is wrong', source: globalReasons },
  },
  {
    codes: ['required'],
    status: 400,
    ...{ class: 'invalid', means: 'a value in the request is missing', source: globalReasons },
  },
  {
    codes: ['INVALID_ARGUMENT', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
    ...{ class: 'invalid', means: 'a value in the request is wrong', source: grpc },
  },
  {
    codes: ['NETWORK_NOT_FOUND', 'PROJECT_NOT_FOUND'],
    ...{ class: 'invalid', means: 'something that the launch names is not there', source: catalogue },
  },
  {
    codes: ['VPC_NOT_FOUND'],
    ...{ class: 'invalid', means: 'the network is not there, and networks are global', source: field },
  },
  {
    codes: ['SUBNET_NOT_FOUND_FOR_VPC'],
    ...{ class: 'invalid', ...wholeRegion, means: 'the network has no subnet in the region', source: field },
  },
];

/** In order. */
export const launchErrors: readonly ErrorRule[] = [...capacity, ...quota, ...invalid];
