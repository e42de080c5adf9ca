/** The IAM policy with the least that godwit needs at some AWS sites, made from the table of its calls. Pure. */
import {
  type AccessPolicy,
  type PermissionTable,
  type PolicyMaker,
  type PolicyTerms,
  permissionsOn,
} from '../../model/permission.ts';
import { allWhens, awsPermissions, grants, type When } from './permissions.ts';
import { offersOf } from './request.ts';
import { type AwsSettings, awsSettings } from './schema.ts';
import { hasBlocks } from './ultraservers.ts';
import { tags } from './wire.ts';

/**
 * The tags that are written on a machine after its launch: who started or drains it, and by which lease. Never those by
 * which it is found to be ours.
 */
export const laterTags = [tags.startKey, tags.epoch, tags.wokenFrom, tags.draining] as const;

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What the sites have in common and what they differ in, each once. */
interface Scope {
  readonly names: readonly string[];
  readonly regions: readonly string[];
  readonly templates: readonly string[];
  /** Empty: any of the account, as the template says. */
  readonly subnets: readonly string[];
  /** What of the sites' settings has further calls made. Without a site: all of them. */
  readonly whens: ReadonlySet<string>;
  /** `arn:aws:ec2:REGION:ACCOUNT`, one for each region. */
  readonly places: readonly string[];
  readonly imagePlaces: readonly string[];
  readonly uses: PolicyTerms['uses'];
  readonly runsAs: string | undefined;
}

/** One managed policy for all the sites it is made for. */
export const awsPolicy: PolicyMaker = {
  table: awsPermissions,
  make(terms) {
    const scope = scopeOf(terms);
    const content = { Version: '2012-10-17', Statement: statementsOf(scope) };
    return {
      provider: 'aws',
      documents: [{ name: 'godwit', format: 'json', content }],
      notes: notesOf(scope),
      blanks: terms.sites.length > 0 ? [] : ['REGION', 'SITE', ...(scope.uses.includes('create') ? ['TEMPLATE'] : [])],
    };
  },
};

function scopeOf({ sites, account = '*', uses, runsAs }: PolicyTerms): Scope {
  const settings = sites.map((site) => awsSettings.parse({ ...Object(site.settings), region: site.region }));
  const regions = settings.length === 0 ? ['REGION'] : unique(settings.map(({ region }) => region));
  return {
    ...{ uses, runsAs, regions },
    names: sites.length === 0 ? ['SITE'] : sites.map(({ name }) => name),
    templates: settings.length === 0 ? ['TEMPLATE'] : unique(settings.map(({ launch }) => launch.template)),
    subnets: subnetsOf(settings),
    whens: settings.length === 0 ? new Set(allWhens) : new Set(settings.flatMap(whensOf)),
    places: regions.map((region) => `arn:${partitionOf(region)}:ec2:${region}:${account}`),
    imagePlaces: regions.map((region) => `arn:${partitionOf(region)}:ec2:${region}:`),
  };
}

/** What a site's settings have made beside what every site does. */
export function whensOf(settings: AwsSettings): readonly When[] {
  const { quotas } = settings;
  const markets = new Set(offersOf(settings).map(({ market }) => market));
  return [
    ...(['spot', 'reserved'] as const).filter((each) => markets.has(each)),
    ...(hasBlocks(settings) ? (['blocks'] as const) : []),
    // What is reserved counts towards what a quota leaves.
    ...(quotas === undefined ? [] : (['quotas', 'reserved'] as const)),
    ...(quotas === undefined && !markets.has('spot') ? [] : (['types'] as const)),
  ];
}

/** One offer without a subnet leaves the choice to the template. */
function subnetsOf(settings: readonly AwsSettings[]): readonly string[] {
  const subnets = settings.flatMap(offersOf).map(({ subnet }) => subnet);
  return subnets.includes(undefined) ? [] : unique(subnets.map(String));
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html, "partition", checked 2026-11-27. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Only the calls that these sites have made. */
function tableFor({ whens }: Scope): PermissionTable {
  return { ...awsPermissions, calls: awsPermissions.calls.filter(({ when }) => when === undefined || whens.has(when)) };
}

function statementsOf(scope: Scope): readonly Statement[] {
  const { names, regions, places, uses, runsAs } = scope;
  const table = tableFor(scope);
  const here = { 'aws:RequestedRegion': regions };
  const own = { ...here, [`aws:ResourceTag/${tags.site}`]: names };
  const machines = places.map((place) => `${place}:instance/*`);
  return [
    allow('GodwitLook', permissionsOn(table, uses, grants.region), ['*'], { StringEquals: here }),
    allow('GodwitOwnMachines', permissionsOn(table, uses, grants.own), machines, { StringEquals: own }),
    allow('GodwitOwnMarks', permissionsOn(table, uses, grants.ownMarks), machines, {
      StringEquals: own,
      'ForAllValues:StringEquals': { 'aws:TagKeys': laterTags },
      // "For all values" holds for none as well.
      Null: { 'aws:TagKeys': ['false'] },
    }),
    ...launchStatements(scope, here),
    ...(runsAs === undefined
      ? []
      : [
          allow('GodwitRole', permissionsOn(table, uses, grants.role), [runsAs], {
            StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com'] },
          }),
        ]),
  ].filter(({ Action }) => Action.length > 0);
}

/** A launch is authorised once for each thing it makes or uses; a volume has no tags of its own where the template has none. */
function launchStatements(scope: Scope, here: Readonly<Record<string, readonly string[]>>): readonly Statement[] {
  const { names, places, imagePlaces, templates, subnets, whens, uses } = scope;
  const table = tableFor(scope);
  const templateArns = places.flatMap((place) => templates.map((id) => `${place}:launch-template/${id}`));
  const fromTemplate = { ArnLike: { 'ec2:LaunchTemplate': templateArns } };
  const tagged = { ...here, [`aws:RequestTag/${tags.site}`]: names };
  const made = places.flatMap((place) => [`${place}:instance/*`, `${place}:volume/*`]);
  const subnetNames = subnets.length === 0 ? ['*'] : subnets;
  const used = places.flatMap((place) => [
    ...['network-interface', 'security-group', 'key-pair', 'placement-group', 'capacity-reservation'].map(
      (kind) => `${place}:${kind}/*`,
    ),
    ...subnetNames.map((id) => `${place}:subnet/${id}`),
  ]);
  const shared = imagePlaces.flatMap((place) => [`${place}:image/*`, `${place}:snapshot/*`]);
  const launch = permissionsOn(table, uses, grants.made);
  const use = permissionsOn(table, uses, grants.used);
  return [
    allow('GodwitLaunch', launch, made, { StringEquals: tagged, ...fromTemplate }),
    allow('GodwitLaunchWith', use, [...templateArns, ...shared, ...used], { StringEquals: here, ...fromTemplate }),
    // A request for spot capacity knows nothing of the template.
    ...(whens.has('spot')
      ? [
          allow(
            'GodwitLaunchSpot',
            use,
            places.map((place) => `${place}:spot-instances-request/*`),
            { StringEquals: here },
          ),
        ]
      : []),
    allow('GodwitTagAtLaunch', permissionsOn(table, uses, grants.tagsAtLaunch), made, {
      StringEquals: { ...tagged, 'ec2:CreateAction': ['RunInstances'] },
    }),
  ];
}

function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition: NonNullable<Statement['Condition']>,
): Statement {
  return { Sid, Effect: 'Allow', Action, Resource, Condition };
}

function notesOf({ uses, runsAs, whens }: Scope): AccessPolicy['notes'] {
  const isCreate = uses.includes('create');
  return [
    `tags: after the launch only ${laterTags.join(', ')} may be written, and only on machines that bear ${tags.site}: a warm start and the mark of the newest lease need them`,
    ...(isCreate && runsAs === undefined
      ? ['a template with an instance profile needs iam:PassRole on its role: --runs-as ROLE_ARN']
      : []),
    ...(isCreate && whens.has('spot')
      ? [
          'spot needs the service-linked role AWSServiceRoleForEC2Spot in the account, once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
        ]
      : []),
    // https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html, checked 2026-11-27.
    'volumes encrypted with a key of your own need, on that key, kms:CreateGrant where kms:GrantIsForAWSResource, kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlainText and kms:ReEncrypt*',
    ...(isCreate ? ['a template that tags network interfaces of its own needs ec2:CreateTags on them too'] : []),
  ];
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
