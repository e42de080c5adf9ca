/** Every call this provider makes, with the right it needs: the one place that policies are written from. */
import type { AccessUse } from '../../model/access.ts';
import { tags } from './wire.ts';

export interface AwsCall {
  /** As IAM names it, such as `ec2:RunInstances`. */
  readonly action: string;
  /** Whether it is needed to run what exists, or only to make something new. */
  readonly use: AccessUse;
  /** Absent: always. */
  readonly when?: 'spot' | 'reserved' | 'quotas';
  /** What it can be narrowed to; absent: a list of the account's, which IAM narrows by nothing. */
  readonly within?: 'own-machines' | 'launch';
  /** The only tags it may write. */
  readonly tagKeys?: readonly string[];
}

/**
 * Tags that are written on machines that are there already: the epoch of whoever changes it, and what a start or a drain
 * means to do. Never those by which a machine is found to be ours, which only a launch may write.
 */
const changingTags = [tags.epoch, tags.startKey, tags.wokenFrom, tags.draining];

export const awsCalls: readonly AwsCall[] = [
  { action: 'ec2:DescribeInstances', use: 'operate' },
  { action: 'ec2:DescribeInstanceStatus', use: 'operate' },
  { action: 'ec2:DescribeSpotInstanceRequests', use: 'operate', when: 'spot' },
  { action: 'ec2:StartInstances', use: 'operate', within: 'own-machines' },
  { action: 'ec2:StopInstances', use: 'operate', within: 'own-machines' },
  { action: 'ec2:CreateTags', use: 'operate', within: 'own-machines', tagKeys: changingTags },
  { action: 'ec2:DescribeInstanceTypeOfferings', use: 'create' },
  { action: 'ec2:DescribeInstanceTypes', use: 'create', when: 'quotas' },
  { action: 'ec2:DescribeSpotPriceHistory', use: 'create', when: 'spot' },
  { action: 'ec2:DescribeCapacityReservations', use: 'create', when: 'reserved' },
  { action: 'servicequotas:GetServiceQuota', use: 'create', when: 'quotas' },
  { action: 'servicequotas:GetAWSDefaultServiceQuota', use: 'create', when: 'quotas' },
  { action: 'ec2:RunInstances', use: 'create', within: 'launch' },
  { action: 'ec2:CreateTags', use: 'create', within: 'launch', tagKeys: Object.values(tags) },
  { action: 'ec2:TerminateInstances', use: 'create', within: 'own-machines' },
];
