/** A Google Cloud custom role with the least that godwit needs at some sites, made from the table of its calls. Pure. */
import { z } from 'zod';
import type { AccessUse } from '../../model/access.ts';
import { type PolicyMaker, type PolicyTerms, permissionsOn } from '../../model/permission.ts';
import { gcpPermissions, grants } from './permissions.ts';

const places = z.looseObject({ project: z.string() });

/**
 * What is checked on a machine is allowed on ours alone, what is checked elsewhere everywhere: machines have names of ours.
 * https://cloud.google.com/iam/docs/conditions-resource-attributes, checked 2026-11-27.
 */
const onOwnMachines =
  'resource.type != "compute.googleapis.com/Instance" || resource.name.extract("/instances/{name}").startsWith("godwit-")';

export const gcpPolicy: PolicyMaker = {
  table: gcpPermissions,
  make({ sites, uses, runsAs }: PolicyTerms) {
    const projects =
      sites.length === 0 ? ['PROJECT'] : [...new Set(sites.map(({ settings }) => places.parse(settings).project))];
    const content = {
      title: 'godwit',
      description: `The least godwit needs to ${uses.includes('create') ? 'make and run' : 'run'} machines`,
      stage: 'GA',
      includedPermissions: permissionsOn(gcpPermissions, uses, grants.project).toSorted(),
    };
    return {
      provider: 'gcp',
      documents: [{ name: 'godwit', format: 'yaml', content }],
      notes: [
        ...projects.map((project) => `gcloud iam roles create godwit --project ${project} --file FILE`),
        ...projects.map(
          (project) =>
            `gcloud projects add-iam-policy-binding ${project} --member WHO --role projects/${project}/roles/godwit --condition-from-file CONDITION`,
        ),
        `the condition that keeps it to machines of ours (a list is of the project, and not narrowed): title: godwit, expression: ${onOwnMachines}`,
        ...accountNotes(uses, runsAs),
      ],
      blanks: sites.length > 0 ? [] : projects,
    };
  },
};

function accountNotes(uses: readonly AccessUse[], runsAs: string | undefined): readonly string[] {
  const [permission] = permissionsOn(gcpPermissions, uses, grants.account);
  if (permission === undefined) return [];
  return [
    runsAs === undefined
      ? `a template with a service account needs ${permission} on that account, and no wider: --runs-as ACCOUNT`
      : `gcloud iam service-accounts add-iam-policy-binding ${runsAs} --member WHO --role roles/iam.serviceAccountUser`,
  ];
}
