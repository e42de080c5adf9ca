/** Every call to Compute Engine that a site needs, with the permissions it is allowed by and why it is made. */
import type { Source } from '../../model/error-table.ts';
import type { CallPermissions, PermissionTable } from '../../model/permission.ts';

const checked = '2026-11-27';
const names: Source = { at: 'https://docs.cloud.google.com/iam/docs/roles-permissions/compute', checked };
/** The page's "Required permissions": what a machine from a template needs beside `compute.instances.create`. */
const creating: Source = {
  at: 'https://docs.cloud.google.com/ai-hypercomputer/docs/create/create-vm',
  checked,
};

/** On what a permission is granted. */
export const grants = {
  project: 'the project',
  account: 'the service account that machines run as',
} as const;

function row(
  given: Pick<CallPermissions, 'call' | 'use' | 'why'> & { readonly source?: Source },
  ...permissions: readonly string[]
): CallPermissions {
  const full = permissions.map((name) => ({ name: `compute.${name}`, on: grants.project }));
  return { source: names, ...given, permissions: full };
}

/** A template of one region is read by the same right as one of all. */
export const gcpPermissions: PermissionTable = {
  provider: 'gcp',
  calls: [
    row({ call: 'instances.aggregatedList', use: 'operate', why: 'finds machines by their labels' }, 'instances.list'),
    row({ call: 'instances.get', use: 'operate', why: 'reads one machine' }, 'instances.get'),
    row(
      { call: 'instances.start', use: 'operate', why: 'starts a machine of ours that is stopped' },
      'instances.start',
    ),
    row({ call: 'instances.resume', use: 'operate', why: 'starts one that is suspended' }, 'instances.resume'),
    row(
      { call: 'instances.stop', use: 'operate', why: 'stops a machine of ours and keeps it for a warm start' },
      'instances.stop',
    ),
    row(
      { call: 'instances.setLabels', use: 'operate', why: 'writes the newest lease and start on a machine of ours' },
      'instances.setLabels',
    ),
    row({ call: 'zoneOperations.get', use: 'operate', why: 'sees what a change came to' }, 'zoneOperations.get'),
    row(
      { call: 'zoneOperations.list', use: 'operate', why: 'sees which machines are taken back' },
      'zoneOperations.list',
    ),
    // Anybody may ask what they may do: it needs no right of its own.
    row({ call: 'instances.testIamPermissions', use: 'operate', why: 'asks what may be done to a machine of ours' }),
    row(
      {
        ...{ call: 'instances.insert', use: 'create', source: creating },
        why: 'makes a machine from the instance template',
      },
      ...['instances.create', 'instances.setLabels', 'instances.setMetadata', 'instances.setTags'],
      ...['instances.setServiceAccount', 'instanceTemplates.useReadOnly', 'disks.create', 'images.useReadOnly'],
      ...['subnetworks.use', 'subnetworks.useExternalIp'],
    ),
    {
      ...{ call: 'iam.serviceAccounts.actAs', use: 'create', source: creating },
      why: 'makes a machine that runs as a service account, where the template names one',
      permissions: [{ name: 'iam.serviceAccounts.actAs', on: grants.account }],
    },
    row({ call: 'instances.delete', use: 'create', why: 'deletes a machine of ours' }, 'instances.delete'),
    row(
      { call: 'instances.setDiskAutoDelete', use: 'create', why: 'lets the disk go when its machine goes' },
      ...['instances.setDiskAutoDelete', 'disks.update'],
    ),
    row(
      { call: 'instanceTemplates.get', use: 'create', why: 'looks whether the template is there' },
      'instanceTemplates.get',
    ),
    row(
      { call: 'regionInstanceTemplates.get', use: 'create', why: 'looks whether a template of the region is there' },
      'instanceTemplates.get',
    ),
    row({ call: 'regions.get', use: 'create', why: 'reads how much of the quota is used' }, 'regions.get'),
    row(
      { call: 'machineTypes.get', use: 'create', why: 'reads whether a zone has a machine type' },
      'machineTypes.get',
    ),
    row({ call: 'reservations.get', use: 'create', why: 'reads what is left of a reservation' }, 'reservations.get'),
  ],
};
