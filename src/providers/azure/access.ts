/** What our credentials may do in a resource group, and whether what machines are made from is there. */
import type { AccessReport, PartCheck, PermissionCheck, QuotaCheck } from '../../model/access.ts';
import type { Answer } from '../../model/outcome.ts';
import { fieldsOf, itemsOf, textOf } from '../../model/wire-fields.ts';
import { quotasOf, type Sku, type Usage } from './offers.ts';
import type { AzureSettings } from './schema.ts';

/** What a list of role assignments' permissions says of one action. */
interface Grant {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

interface Need {
  readonly name: string;
  readonly use: PermissionCheck['use'];
  /** Whose rights count: those on the site's group, or on that of what is named. */
  readonly on: 'group' | 'image' | 'subnet';
}

const compute = 'Microsoft.Compute';
const network = 'Microsoft.Network';

/**
 * Actions for the calls that are made, and for what a create makes beside the machine: named as in
 * https://kubernetes-sigs.github.io/cloud-provider-azure/topics/azure-permissions (disks, addresses), checked 2026-11-27, and
 * in the same way for the others; which of them Azure asks for is not proven against a subscription.
 */
export function needsOf({ address = 'private', launch }: Pick<AzureSettings, 'address' | 'launch'>): readonly Need[] {
  const group = (use: Need['use'], names: readonly string[]): readonly Need[] =>
    names.map((name) => ({ name, use, on: 'group' }));
  const addresses = (...rights: readonly string[]): readonly string[] =>
    address === 'private' ? [] : rights.map((right) => `${network}/publicIPAddresses/${right}`);
  const image = /\/galleries\//i.test(launch.image) ? 'galleries/images/versions/read' : 'images/read';
  return [
    ...group('operate', [
      ...['read', 'write', 'start/action', 'deallocate/action'].map((right) => `${compute}/virtualMachines/${right}`),
      ...[`${compute}/disks/read`, `${network}/networkInterfaces/read`, ...addresses('read')],
    ]),
    ...group('create', [
      ...[`${compute}/virtualMachines/delete`, `${compute}/disks/write`, `${compute}/disks/delete`],
      ...['write', 'join/action', 'delete'].map((right) => `${network}/networkInterfaces/${right}`),
      ...addresses('write', 'join/action', 'delete'),
    ]),
    { name: `${network}/virtualNetworks/subnets/join/action`, use: 'create', on: 'subnet' },
    { name: `${compute}/${image}`, use: 'create', on: 'image' },
  ];
}

/** The resource group that a resource's id names; undefined where it names none. */
export function groupPathOf(id: string): string | undefined {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0];
}

/** An item of `Microsoft.Authorization/permissions`. */
export function readGrant(item: unknown): Grant {
  const texts = (list: unknown): readonly string[] => itemsOf(list).flatMap((each) => textOf(each) ?? []);
  const { actions, notActions } = fieldsOf(item);
  return { actions: texts(actions), notActions: texts(notActions) };
}

/** Granted by one assignment that does not take it back itself: what another one leaves out says nothing. */
export function isGranted(grants: readonly Grant[], action: string): boolean {
  return grants.some(
    ({ actions, notActions }) =>
      actions.some((each) => covers(each, action)) && !notActions.some((each) => covers(each, action)),
  );
}

/** `Microsoft.Compute/*` covers every action that begins so; without regard to case. */
function covers(pattern: string, action: string): boolean {
  const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '.*');
  return new RegExp(`^${escaped}$`, 'i').test(action);
}

export interface AccessSight {
  /** By whose rights count; undefined where they could not be asked for. */
  readonly grants: Readonly<Record<Need['on'], readonly Grant[] | undefined>>;
  readonly parts: readonly { readonly name: string; readonly present: Answer; readonly message: string | undefined }[];
  readonly skus: readonly Sku[];
  readonly usages: readonly Usage[];
  readonly clockSkewMs: number | undefined;
}

/** What a person wants to know before something is started: rights, parts and quotas, as far as they could be seen. */
export function reportOf(settings: AzureSettings, sight: AccessSight): AccessReport {
  const needs = needsOf(settings);
  const needed = new Set(needs.map(({ name }) => name.toLowerCase()));
  const granted = (sight.grants.group ?? []).flatMap(({ actions }) => actions);
  const { clockSkewMs } = sight;
  return {
    permissions: needs.map(({ name, use, on }) => ({ name, use, ...answerOf(sight.grants[on], name) })),
    // A pattern is wider than any one need of it.
    excess: [...new Set(granted)].filter((each) => !needed.has(each.toLowerCase())),
    parts: sight.parts.map(({ name, present, message }): PartCheck => ({ name, present, ...(message && { message }) })),
    quotas: quotaChecks(settings, sight),
    ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
  };
}

function answerOf(grants: readonly Grant[] | undefined, name: string): Pick<PermissionCheck, 'granted' | 'message'> {
  if (grants === undefined) return { granted: 'unknown', message: 'the rights there could not be asked for' };
  return { granted: isGranted(grants, name) ? 'yes' : 'no' };
}

function quotaChecks({ machines, market = ['on-demand'] }: AzureSettings, { skus, usages }: AccessSight) {
  const checks = new Map<string, QuotaCheck>();
  for (const machine of machines) {
    const sku = skus.find(({ name }) => name.toLowerCase() === machine.toLowerCase());
    if (sku === undefined) continue;
    for (const each of market)
      for (const { name, limit, used } of quotasOf(sku, { market: each }, usages)) {
        // Two sizes of one family: what the larger one takes is what matters.
        const perReplica = Math.max(sku.cores, checks.get(name)?.perReplica ?? 0);
        checks.set(name, { name, family: sku.family, limit, used, perReplica });
      }
  }
  return [...checks.values()];
}
