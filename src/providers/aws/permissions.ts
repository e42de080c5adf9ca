/** Every call to EC2 that is made, with what it needs to be allowed and why it is made. */
import type { Source } from '../../model/error-table.ts';
import type { CallPermissions, PermissionTable } from '../../model/permission.ts';

const checked = '2026-11-27';
/** Which action each call is authorised by, on which resources, under which condition keys. */
const actions: Source = {
  at: 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_ec2.html',
  checked,
};
/** A launch with tags is authorised for `ec2:CreateTags` too. */
const tagging: Source = {
  at: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html',
  checked,
};
const templates: Source = {
  at: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html',
  checked,
};

const quotas: Source = {
  at: 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html',
  checked,
};

/** On what a permission is granted: each is a statement of the policy. */
export const grants = {
  /** EC2 knows no resources for what only looks. */
  region: 'everything in the region',
  own: 'machines that bear the site’s tag',
  ownMarks: 'machines that bear the site’s tag, for some tag keys of ours',
  made: 'what a launch makes',
  used: 'what a launch uses',
  tagsAtLaunch: 'what a launch makes, while it does',
  role: 'the role that machines run as',
} as const;

/** What settings of a site have a call made. */
export const allWhens = ['spot', 'reserved', 'blocks', 'quotas', 'types'] as const;
/** One of them. */
export type When = (typeof allWhens)[number];

interface Look {
  readonly use: CallPermissions['use'];
  readonly why: string;
  readonly when?: When;
  readonly source?: Source;
  /** Of IAM's names; default: `ec2`. */
  readonly service?: string;
}

function look(call: string, { service = 'ec2', source = actions, ...given }: Look): CallPermissions {
  return { call, ...given, source, permissions: [{ name: `${service}:${call}`, on: grants.region }] };
}

/** In the order of the policy. A call that is not listed here fails the tests of the house. */
export const awsPermissions: PermissionTable = {
  provider: 'aws',
  calls: [
    look('DescribeInstances', { use: 'operate', why: 'finds machines by their tags or by id: the cloud is the truth' }),
    look('DescribeInstanceStatus', {
      use: 'operate',
      why: 'reads what EC2 will do to a machine: retire it, reboot it',
    }),
    look('DescribeSpotInstanceRequests', {
      ...{ use: 'operate', when: 'spot', why: 'reads which spot machines EC2 will take back' },
    }),
    look('DescribeInstanceTopology', {
      ...{ use: 'operate', when: 'blocks', why: 'reads which machines are part of one UltraServer, and fail together' },
    }),
    {
      ...{ call: 'StartInstances', use: 'operate', source: actions },
      why: 'starts a machine of ours that is stopped: a warm standby',
      permissions: [{ name: 'ec2:StartInstances', on: grants.own }],
    },
    {
      ...{ call: 'StopInstances', use: 'operate', source: actions },
      why: 'stops a machine of ours and keeps it for a warm start',
      permissions: [{ name: 'ec2:StopInstances', on: grants.own }],
    },
    {
      ...{ call: 'CreateTags', use: 'operate', source: actions },
      why: 'writes on a machine of ours who starts it anew, and the newest lease that changed it, so that a late writer stops',
      permissions: [{ name: 'ec2:CreateTags', on: grants.ownMarks }],
    },
    {
      ...{ call: 'RunInstances', use: 'create', source: tagging },
      why: 'makes a machine from the launch template, with our tags on it from its first moment',
      permissions: [
        { name: 'ec2:RunInstances', on: grants.made },
        { name: 'ec2:RunInstances', on: grants.used },
        { name: 'ec2:CreateTags', on: grants.tagsAtLaunch },
        { name: 'iam:PassRole', on: grants.role },
      ],
    },
    {
      ...{ call: 'TerminateInstances', use: 'create', source: actions },
      why: 'deletes a machine of ours: after a migration, and one whose launch is not wanted any more',
      permissions: [{ name: 'ec2:TerminateInstances', on: grants.own }],
    },
    look('DescribeInstanceTypeOfferings', { use: 'create', why: 'reads which machine types a zone has' }),
    look('DescribeSpotPriceHistory', { use: 'create', when: 'spot', why: 'reads what spot machines cost now' }),
    look('DescribeCapacityReservations', { use: 'create', when: 'reserved', why: 'reads what is reserved and free' }),
    look('DescribeInstanceTypes', {
      ...{ use: 'create', when: 'types' },
      why: 'reads how much of a quota a machine takes, and between how many accelerators the price of a spot machine is divided',
    }),
    look('GetServiceQuota', {
      ...{ use: 'create', when: 'quotas', service: 'servicequotas', source: quotas },
      why: 'reads how many machines the account may run',
    }),
    look('GetAWSDefaultServiceQuota', {
      ...{ use: 'create', when: 'quotas', service: 'servicequotas', source: quotas },
      why: 'reads the same where the account has no quota of its own',
    }),
    look('DescribeLaunchTemplateVersions', {
      ...{ use: 'create', source: templates },
      why: 'looks whether the launch template and its version are there (`godwit doctor`)',
    }),
    look('DescribeSubnets', {
      ...{ use: 'create', why: 'looks whether the subnets of the site are there (`godwit doctor`)' },
    }),
  ],
};
