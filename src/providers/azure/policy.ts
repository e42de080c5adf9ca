/** Azure custom roles with the least that godwit needs at some sites, made from the table of its calls. Pure. */
import { z } from 'zod';
import type { AccessUse } from '../../model/access.ts';
import {
  type PermissionTable,
  type PolicyDocument,
  type PolicyMaker,
  type PolicyTerms,
  permissionsOn,
} from '../../model/permission.ts';
import { azurePermissions, grants, whensOf } from './permissions.ts';

/** What of a site's settings a role is assigned to. */
const places = z.looseObject({
  subscription: z.string(),
  resourceGroup: z.string(),
  launch: z.looseObject({ image: z.string(), subnet: z.string() }),
  address: z.string().optional(),
  reservation: z.string().optional(),
});
type Places = z.output<typeof places>;

const unnamed: Places = {
  ...{ subscription: 'SUBSCRIPTION_ID', resourceGroup: 'RESOURCE_GROUP' },
  launch: { image: 'IMAGE_ID', subnet: 'SUBNET_ID' },
};

/** Each role, what it is granted on, and where it is assigned. */
const roles: readonly {
  readonly name: string;
  readonly on: string;
  readonly describes: string;
  readonly placesOf: (site: Places) => readonly string[];
}[] = [
  {
    ...{
      name: 'godwit',
      on: grants.group,
      describes: 'Runs the machines of the deployments that godwit keeps serving',
    },
    placesOf: (site) => [groupOf(site)],
  },
  {
    ...{ name: 'godwit-subnet', on: grants.subnet, describes: 'Puts machines of godwit into a subnet' },
    placesOf: ({ launch }) => [launch.subnet],
  },
  {
    ...{ name: 'godwit-image', on: grants.image, describes: 'Makes machines of godwit from an image' },
    placesOf: ({ launch }) => [launch.image],
  },
  {
    ...{
      name: 'godwit-reservation',
      on: grants.reservation,
      describes: 'Starts machines of godwit from a reservation',
    },
    placesOf: ({ reservation }) => (reservation === undefined ? [] : [reservation]),
  },
  {
    ...{ name: 'godwit-quota', on: grants.subscription, describes: 'Reads sizes and quota for godwit' },
    placesOf: ({ subscription }) => [`/subscriptions/${subscription}`],
  },
];

export const azurePolicy: PolicyMaker = {
  table: azurePermissions,
  make({ sites, uses, runsAs }: PolicyTerms) {
    const scopes = sites.length === 0 ? [unnamed] : sites.map(({ settings }) => places.parse(settings));
    const table = tableFor(sites.length === 0 ? undefined : scopes);
    const made = roles.flatMap(({ name, on, describes, placesOf }) => {
      const actions = permissionsOn(table, uses, on);
      const at = [...new Set(scopes.flatMap(placesOf))];
      return actions.length === 0 || at.length === 0 ? [] : [{ document: roleOf(name, describes, actions, at), at }];
    });
    return {
      provider: 'azure',
      documents: made.map(({ document }) => document),
      notes: [
        'each document is a role of its own: az role definition create --role-definition FILE, then assign it where it is meant for:',
        ...made.flatMap(({ document, at }) =>
          at.map((scope) => `  az role assignment create --assignee WHO --role ${document.name} --scope ${scope}`),
        ),
        ...identityNotes(uses, runsAs),
      ],
      blanks: sites.length > 0 ? [] : blanksOf(uses),
    };
  },
};

/** Only the calls that one of these sites has made; without a site all of them. */
function tableFor(sites: readonly Places[] | undefined): PermissionTable {
  const held = new Set(sites?.flatMap(whensOf));
  const calls = azurePermissions.calls.filter(
    ({ when }) => when === undefined || sites === undefined || held.has(when),
  );
  return { ...azurePermissions, calls };
}

function groupOf({ subscription, resourceGroup }: Places): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
}

/** In the form that `az role definition create` reads. Assignable in the subscriptions, assigned below them. */
function roleOf(name: string, Description: string, Actions: readonly string[], at: readonly string[]): PolicyDocument {
  const AssignableScopes = [...new Set(at.map(subscriptionOf))];
  return {
    ...{ name, format: 'json' },
    content: {
      ...{ Name: name, IsCustom: true, Description, Actions, NotActions: [], DataActions: [], NotDataActions: [] },
      AssignableScopes,
    },
  };
}

/** A subnet or an image may be in another subscription than the machines. */
function subscriptionOf(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? `/subscriptions/${unnamed.subscription}`;
}

function identityNotes(uses: readonly AccessUse[], runsAs: string | undefined): readonly string[] {
  if (!uses.includes('create')) return [];
  return [
    runsAs === undefined
      ? 'machines with a managed identity of their own need the role "Managed Identity Operator" on it'
      : `  az role assignment create --assignee WHO --role "Managed Identity Operator" --scope ${runsAs}`,
  ];
}

function blanksOf(uses: readonly AccessUse[]): readonly string[] {
  const { subscription, resourceGroup, launch } = unnamed;
  return [subscription, resourceGroup, ...(uses.includes('create') ? [launch.image, launch.subnet] : [])];
}
