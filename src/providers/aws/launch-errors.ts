/** What a launch is refused for: sold out, a limit of the account, or something wrong in what was asked for. */
import type { ErrorRule, Source } from '../../model/error-table.ts';
import { checked, codeList, stateReasons } from './error-sources.ts';

/** Nothing of any kind can be had in that zone. */
const wholeZone = { scope: 'zone', reach: { machines: 'all', markets: 'all' } } as const;
const wholeRegion = { scope: 'region', reach: { machines: 'all', markets: 'all' } } as const;
const thisTypeHere = { scope: 'zone', reach: { machines: 'type', markets: 'all' } } as const;

/** The code and its text as somebody got them; EC2's own list does not have it. */
const fleetReport: Source = { at: 'https://github.com/mludvig/aws-ethereum-miner/issues/23', checked };

const capacity: readonly ErrorRule[] = [
  {
    // HTTP 500, for which the SDK would try again by itself: that is to be switched off.
    codes: ['InsufficientInstanceCapacity', 'InsufficientHostCapacity'],
    ...{ class: 'capacity', means: 'sold out: no machine of this type is free in the zone', source: codeList },
  },
  {
    codes: ['Server.InsufficientInstanceCapacity'],
    ...{ class: 'capacity', means: 'sold out, found only after the launch was accepted', source: stateReasons },
  },
  {
    codes: ['UnfulfillableCapacity'],
    ...{ class: 'capacity', means: 'no spare capacity for spot machines', source: codeList },
  },
  {
    codes: ['ReservationCapacityExceeded', 'InsufficientCapacityOnHost'],
    ...{ class: 'capacity', reach: { machines: 'type', markets: 'asked' }, source: codeList },
    means: 'what was reserved is full',
    todo: 'enlarge the reservation, or name another one',
  },
  {
    codes: ['InsufficientVolumeCapacity'],
    ...{ class: 'capacity', ...wholeZone, means: 'no room for disks of this kind in the zone', source: codeList },
  },
  {
    codes: ['SpotMaxPriceTooLow'],
    ...{ class: 'capacity', reach: { machines: 'type', markets: 'asked' }, source: codeList },
    means: 'the highest price that was offered is below the spot price',
    todo: 'offer more, or leave the price out: then it is at most the on-demand price',
  },
  {
    codes: ['Server.SpotInstanceTermination', 'Server.SpotInstanceShutdown'],
    ...{ class: 'capacity', means: 'the spot machine was taken back', source: stateReasons },
  },
];

const quota: readonly ErrorRule[] = [
  {
    codes: ['VcpuLimitExceeded', 'InstanceLimitExceeded'],
    ...{ class: 'quota', means: "the account's limit on running on-demand machines of this family", source: codeList },
    todo: 'ask for a higher limit: Service Quotas, Amazon EC2, "Running On-Demand ... instances" of the region',
  },
  {
    codes: ['MaxSpotInstanceCountExceeded'],
    ...{ class: 'quota', means: "the account's limit on spot machines of this family", source: codeList },
    todo: 'ask for a higher limit: Service Quotas, Amazon EC2, "All ... Spot Instance Requests" of the region',
  },
  {
    codes: ['VolumeLimitExceeded', 'MaxIOPSLimitExceeded'],
    ...{ class: 'quota', ...wholeRegion, means: "the account's limit on disks in the region", source: codeList },
    todo: 'delete disks that nothing uses, or ask for a higher limit: Service Quotas, Amazon EBS',
  },
  {
    codes: ['Client.VolumeLimitExceeded'],
    ...{ class: 'quota', ...wholeRegion, means: "the account's limit on disks in the region", source: stateReasons },
    todo: 'delete disks that nothing uses, or ask for a higher limit: Service Quotas, Amazon EBS',
  },
  {
    codes: ['ResourceLimitExceeded', 'NetworkInterfaceLimitExceeded', 'AddressLimitExceeded'],
    ...{ class: 'quota', ...wholeRegion, means: "the account's limit on something a machine needs", source: codeList },
  },
  {
    codes: ['InsufficientFreeAddressesInSubnet'],
    ...{ class: 'quota', ...wholeZone, means: 'the subnet has no free address', source: codeList },
    todo: 'free addresses (stopped machines hold theirs), or name a larger subnet',
  },
];

const invalid: readonly ErrorRule[] = [
  {
    codes: ['Unsupported'],
    ...{ class: 'invalid', ...thisTypeHere, means: 'the zone does not have this machine type', source: codeList },
    todo: 'aws ec2 describe-instance-type-offerings --location-type availability-zone lists where it is',
  },
  {
    codes: ['InvalidFleetConfiguration'],
    text: {
      says: /not supported in your requested Availability Zone/i,
      example:
        'Your requested instance type (p3.8xlarge) is not supported in your requested Availability Zone (us-east-2c).',
    },
    ...{ class: 'invalid', ...thisTypeHere, means: 'the zone does not have this machine type' },
    source: fleetReport,
  },
  {
    codes: ['InvalidFleetConfiguration'],
    ...{ class: 'invalid', means: 'what was asked for does not fit together', source: fleetReport },
  },
  {
    codes: ['InvalidSpotFleetRequestConfig', 'UnsupportedOperation', 'InvalidRequest', 'VolumeTypeNotAvailableInZone'],
    ...{ class: 'invalid', means: 'what was asked for does not fit together', source: codeList },
  },
  {
    codes: [
      ...['InvalidParameter', 'InvalidParameterValue', 'InvalidParameterCombination', 'InvalidParameterDependency'],
      ...[
        'MissingParameter',
        'UnknownParameter',
        'ValidationError',
        'InvalidBlockDeviceMapping',
        'InvalidInstanceType',
      ],
      ...[
        'InvalidAvailabilityZone',
        'InvalidZone.NotFound',
        'InvalidInstanceAttributeValue',
        'InvalidClientToken',
        'TagPolicyViolation',
      ],
      ...['InvalidInstanceID.Malformed', 'InvalidAMIID.Malformed', 'InvalidRegion', 'ClientInvalidParameterValue'],
    ],
    ...{ class: 'invalid', means: 'a value in the request is wrong', source: codeList },
  },
  {
    // What a launch names and cannot be found is a mistake in what was asked for, not an object that has gone.
    codes: [
      ...['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidKeyPair.NotFound', 'InvalidSubnetID.NotFound'],
      ...['InvalidGroup.NotFound', 'InvalidSecurityGroupID.NotFound', 'InvalidSnapshot.NotFound'],
      ...['InvalidSubnet', 'InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.VersionNotFound'],
      'InvalidVpcID.NotFound',
      ...['InvalidLaunchTemplateName.NotFoundException', 'InvalidCapacityReservationId.NotFound', 'VPCIdNotSpecified'],
    ],
    ...{ class: 'invalid', means: 'something that the launch names is not there', source: codeList },
    todo: 'check the names in the configuration: each is of one region and one account',
  },
  {
    codes: ['Client.InternalError', 'Client.InvalidSnapshot.NotFound'],
    ...{ class: 'invalid', means: 'the machine ended at once through something of ours', source: stateReasons },
    todo: 'often a disk with a snapshot that is gone or a key that the account may not use',
  },
];

/** In order. */
export const launchErrors: readonly ErrorRule[] = [...capacity, ...quota, ...invalid];
