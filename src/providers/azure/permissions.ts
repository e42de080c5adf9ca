/** Every call to Azure Resource Manager that a site needs, with the actions it is allowed by and why it is made. */
import type { Source } from '../../model/error-table.ts';
import type { CallPermissions, PermissionTable } from '../../model/permission.ts';

const checked = '2026-11-27';
const compute: Source = {
  at: 'https://learn.microsoft.com/azure/role-based-access-control/permissions/compute',
  checked,
};
const networking: Source = {
  at: 'https://learn.microsoft.com/azure/role-based-access-control/permissions/networking',
  checked,
};
const management: Source = {
  at: 'https://learn.microsoft.com/azure/role-based-access-control/permissions/management-and-governance',
  checked,
};
/** On what a permission is granted: each is a role of its own, assigned there. */
export const grants = {
  group: 'the resource group of the machines',
  subnet: 'the subnet of the machines',
  image: 'the image of the machines',
  reservation: 'the capacity reservation group',
  subscription: 'the subscription',
} as const;

/** What a site's settings have to be for some of the calls to be made. */
const whens = {
  publicAddress: 'address: public',
  galleryImage: 'launch.image is of a gallery',
  plainImage: 'launch.image is of no gallery',
  reservation: 'reservation names a group',
} as const;

type When = (typeof whens)[keyof typeof whens];

/** What a site's settings have made beside what every site does. */
export function whensOf({
  address,
  launch,
  reservation,
}: {
  readonly address?: string | undefined;
  readonly launch: { readonly image: string };
  readonly reservation?: string | undefined;
}): readonly string[] {
  const held: readonly When[] = [
    /\/galleries\//i.test(launch.image) ? whens.galleryImage : whens.plainImage,
    ...(address === 'public' ? [whens.publicAddress] : []),
    ...(reservation === undefined ? [] : [whens.reservation]),
  ];
  return held;
}

interface Row extends Pick<CallPermissions, 'call' | 'use' | 'why'> {
  readonly when?: When;
  readonly on?: (typeof grants)[keyof typeof grants];
  readonly source?: Source;
}

const readRights = 'Microsoft.Authorization/permissions/read';

/** Names are those of Microsoft.Compute, unless they begin with another. */
function row({ on = grants.group, source = compute, ...given }: Row, ...names: readonly string[]): CallPermissions {
  const full = names.map((name) => (name.startsWith('Microsoft.') ? name : `Microsoft.Compute/${name}`));
  return { ...given, source, permissions: full.map((name) => ({ name, on })) };
}

/** Powering off is not among them: a machine that is only off is still billed. */
export const azurePermissions: PermissionTable = {
  provider: 'azure',
  calls: [
    row({ call: 'virtualMachines.list', use: 'operate', why: 'finds machines by their tags' }, 'virtualMachines/read'),
    row({ call: 'virtualMachines.get', use: 'operate', why: 'reads one machine' }, 'virtualMachines/read'),
    row(
      { call: 'virtualMachines.instanceView', use: 'operate', why: 'reads whether a machine runs, and why it failed' },
      'virtualMachines/instanceView/read',
    ),
    row(
      { call: 'virtualMachines.start', use: 'operate', why: 'starts a machine of ours that is deallocated' },
      'virtualMachines/start/action',
    ),
    row(
      { call: 'virtualMachines.deallocate', use: 'operate', why: 'stops a machine so that it is not billed' },
      'virtualMachines/deallocate/action',
    ),
    row(
      { call: 'virtualMachines.update', use: 'operate', why: 'writes the newest lease and start on a machine of ours' },
      'virtualMachines/write',
    ),
    row(
      {
        ...{ call: 'permissions.listForResourceGroup', use: 'operate' },
        why: 'reads which rights its own credentials have (`godwit doctor`)',
        source: management,
      },
      readRights,
    ),
    {
      ...{ call: 'permissions.listForResource', use: 'create', source: management },
      why: 'reads which rights its own credentials have on what machines are made from (`godwit doctor`)',
      permissions: [grants.subnet, grants.image, grants.reservation].map((on) => ({ name: readRights, on })),
    },
    row(
      { call: 'resourceGroups.get', use: 'operate', why: 'looks whether the resource group is there' },
      'Microsoft.Resources/subscriptions/resourceGroups/read',
    ),
    row(
      {
        call: 'disks.listByResourceGroup',
        use: 'operate',
        why: 'finds disks that a machine left behind, and are billed: every list of replicas looks',
      },
      'disks/read',
    ),
    row({ call: 'disks.get', use: 'operate', why: 'reads whether a disk is still there' }, 'disks/read'),
    row(
      {
        ...{ call: 'networkInterfaces.get', use: 'operate', source: networking },
        why: 'reads where a machine answers, and finds what a machine left behind',
      },
      'Microsoft.Network/networkInterfaces/read',
    ),
    row(
      {
        ...{ call: 'publicIPAddresses.get', use: 'operate', when: whens.publicAddress, source: networking },
        why: 'reads where a machine answers that has an address of its own',
      },
      'Microsoft.Network/publicIPAddresses/read',
    ),
    row(
      {
        ...{ call: 'virtualMachines.createOrUpdate', use: 'create' },
        why: 'makes a machine with its disk and its network interface',
      },
      ...['virtualMachines/write', 'disks/read', 'disks/write'],
      ...['read', 'write', 'join/action'].map((name) => `Microsoft.Network/networkInterfaces/${name}`),
    ),
    row(
      {
        ...{
          call: 'subnets.join',
          use: 'create',
          on: grants.subnet,
          why: 'puts the network interface into the subnet',
        },
        source: networking,
      },
      ...['read', 'join/action'].map((name) => `Microsoft.Network/virtualNetworks/subnets/${name}`),
    ),
    row(
      {
        ...{ call: 'images.get', use: 'create', on: grants.image, when: whens.plainImage },
        why: 'reads the image that a machine is made from',
      },
      'images/read',
    ),
    row(
      {
        ...{ call: 'galleryImages.get', use: 'create', on: grants.image, when: whens.galleryImage },
        why: 'reads the image of a gallery that a machine is made from',
      },
      ...['galleries/images/read', 'galleries/images/versions/read'],
    ),
    row(
      {
        ...{ call: 'capacityReservationGroups.deploy', use: 'create', on: grants.reservation },
        when: whens.reservation,
        why: 'starts a machine from reserved capacity',
      },
      ...['capacityReservationGroups/read', 'capacityReservationGroups/deploy/action'],
    ),
    row(
      {
        ...{ call: 'publicIPAddresses.createOrUpdate', use: 'create', source: networking },
        when: whens.publicAddress,
        why: 'gives a machine an address of its own, where the site says `address: public`',
      },
      ...['read', 'write', 'join/action', 'delete'].map((name) => `Microsoft.Network/publicIPAddresses/${name}`),
    ),
    row({ call: 'disks.delete', use: 'create', why: 'deletes a disk that a machine left behind' }, 'disks/delete'),
    row(
      {
        ...{ call: 'networkInterfaces.delete', use: 'create', source: networking },
        why: 'deletes a network interface that a machine left behind',
      },
      ...['read', 'delete'].map((name) => `Microsoft.Network/networkInterfaces/${name}`),
    ),
    row(
      { call: 'virtualMachines.delete', use: 'create', why: 'deletes a machine of ours with what was made for it' },
      ...['virtualMachines/delete', 'disks/delete', 'Microsoft.Network/networkInterfaces/delete'],
    ),
    row(
      { call: 'resourceSkus.list', use: 'create', on: grants.subscription, why: 'reads which sizes are offered where' },
      'skus/read',
    ),
    row(
      { call: 'usage.list', use: 'create', on: grants.subscription, why: 'reads how much of the quota is used' },
      'locations/usages/read',
    ),
  ],
};
