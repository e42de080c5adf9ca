import { expect, test } from 'vitest';
import type { AccessPolicy, PolicyMaker, PolicyTerms } from '../../src/model/permission.ts';
import type { Site } from '../../src/model/site.ts';
import { awsPolicy } from '../../src/providers/aws/policy.ts';
import { azurePolicy } from '../../src/providers/azure/policy.ts';
import { gcpPolicy } from '../../src/providers/gcp/policy.ts';

const subscription = '11111111-2222-3333-4444-555555555555';
const network = `/subscriptions/99999999-2222-3333-4444-555555555555/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;
const image = `/subscriptions/${subscription}/resourceGroups/img/providers/Microsoft.Compute/images/vllm`;

function site(provider: string, settings: object): Site {
  return { name: 'here', provider, region: 'r', residency: [], failureDomains: ['r'], settings };
}

const sweden = site('azure', { subscription, resourceGroup: 'inference', launch: { image, subnet: network } });
const changed = (change: object): Site => ({ ...sweden, settings: { ...Object(sweden.settings), ...change } });
const ofGallery = changed({
  launch: {
    image: `/subscriptions/${subscription}/resourceGroups/img/providers/Microsoft.Compute/galleries/g/images/v`,
    subnet: network,
  },
});
const delfzijl = site('gcp', { project: 'inference-prod' });
const both = ['operate', 'create'] as const;

function make(maker: PolicyMaker, sites: readonly Site[], terms: Partial<PolicyTerms> = {}): AccessPolicy {
  return maker.make({ uses: both, sites, ...terms });
}

/** What all documents of a policy grant together. */
function granted({ documents }: AccessPolicy): readonly string[] {
  const names = documents.flatMap(({ content }) => (content['Actions'] ?? content['includedPermissions']) as string[]);
  return [...new Set(names)].toSorted();
}

test.for([
  { maker: azurePolicy, sites: [changed({ reservation: image, address: 'public' }), ofGallery] },
  { maker: gcpPolicy, sites: [delfzijl] },
])('$maker.table.provider grants every permission of its table and no other', ({ maker, sites }) => {
  const listed = maker.table.calls.flatMap(({ permissions }) => permissions.map(({ name }) => name));
  // It is granted on the account itself, and said beside the role.
  const inRoles = listed.filter((name) => name !== 'iam.serviceAccounts.actAs');
  expect(granted(make(maker, sites))).toEqual([...new Set(inRoles)].toSorted());
});

test.for([
  { maker: azurePolicy, sites: [sweden], not: /delete|join|(disks|networkInterfaces|publicIPAddresses)\/write/ },
  { maker: gcpPolicy, sites: [delfzijl], not: /create|delete|use/ },
])('$maker.table.provider for operate alone makes and deletes nothing', ({ maker, sites, not }) => {
  const names = granted(make(maker, sites, { uses: ['operate'] }));
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => not.test(name))).toEqual([]);
});

test.for([awsPolicy, azurePolicy, gcpPolicy])(
  '$table.provider without a site names what is to be filled in',
  (maker) => {
    const policy = make(maker, []);
    expect(policy.blanks.length).toBeGreaterThan(0);
    const text = JSON.stringify(policy);
    for (const blank of policy.blanks) expect(text).toContain(blank);
  },
);

test('azure: each role is assigned where it is meant for, and assignable in that subscription', () => {
  const { documents, notes, blanks } = make(azurePolicy, [sweden]);
  const scopes = Object.fromEntries(documents.map(({ name, content }) => [name, content['AssignableScopes']]));
  expect(scopes).toEqual({
    ...{ godwit: [`/subscriptions/${subscription}`], 'godwit-image': [`/subscriptions/${subscription}`] },
    ...{ 'godwit-quota': [`/subscriptions/${subscription}`] },
    'godwit-subnet': ['/subscriptions/99999999-2222-3333-4444-555555555555'],
  });
  expect(notes.join('\n')).toContain(`--role godwit --scope /subscriptions/${subscription}/resourceGroups/inference\n`);
  expect(notes.join('\n')).toContain(`--role godwit-subnet --scope ${network}`);
  expect(blanks).toEqual([]);
});

test('azure: rights on public addresses are for a site that has them, those of a gallery for an image of one', () => {
  const about = (sites: readonly Site[], pattern: RegExp) =>
    granted(make(azurePolicy, sites)).filter((name) => pattern.test(name)).length > 0;
  const [addresses, galleries] = [/publicIPAddresses/, /galleries/];
  expect([about([sweden], addresses), about([changed({ address: 'private' })], addresses)]).toEqual([false, false]);
  expect(about([sweden, changed({ address: 'public' })], addresses)).toBe(true);
  expect([about([sweden], galleries), about([ofGallery], galleries)]).toEqual([false, true]);
  expect([about([ofGallery], /Compute\/images/), about([], addresses), about([], galleries)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('azure: nothing is powered off, for what is only off is still billed', () => {
  expect(JSON.stringify(azurePolicy.table)).not.toContain('powerOff/action');
});

test('gcp: the role is bound with a condition on the names of our machines', () => {
  const notes = make(gcpPolicy, [delfzijl], { runsAs: 'vllm@inference-prod.iam.gserviceaccount.com' }).notes.join('\n');
  expect(notes).toContain('projects/inference-prod/roles/godwit');
  expect(notes).toContain('.startsWith("godwit-")');
  expect(notes).toContain('add-iam-policy-binding vllm@inference-prod.iam.gserviceaccount.com');
});
