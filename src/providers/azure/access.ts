/** What our credentials may do in a resource group, and whether what machines are made from is there. */
import type { AccessReport, AccessUse, PartCheck, PermissionCheck, QuotaCheck } from '../../model/access.ts';
import type { Answer } from '../../model/outcome.ts';
import { fieldsOf, itemsOf, textOf } from '../../model/wire-fields.ts';
import type { Told } from '../shared/told.ts';
import { quotasOf, type Sku, type Usage } from './offers.ts';
import { azurePermissions, whensOf } from './permissions.ts';
import type { AzureSettings } from './schema.ts';

/** What a list of role assignments' permissions says of one action. */
interface Grant {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

interface Need {
  readonly name: string;
  readonly use: AccessUse;
  /** One of `grants`: on what it is granted, so where it is asked for. */
  readonly on: string;
}

/**
 * What the printed roles grant, as far as the settings have it used; each right once, under the use that needs it first. Which
 * of them Azure asks for is not proven against a subscription.
 */
export function needsOf(settings: Pick<AzureSettings, 'address' | 'launch' | 'reservation'>): readonly Need[] {
  const held = whensOf(settings);
  const calls = azurePermissions.calls.filter(({ when }) => when === undefined || held.includes(when));
  const needs = new Map<string, Need>();
  for (const use of ['operate', 'create'] as const)
    for (const { name, on } of calls.filter((each) => each.use === use).flatMap(({ permissions }) => permissions))
      if (!needs.has(name)) needs.set(name, { name, use, on });
  return [...needs.values()];
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
  /** Of the site's own group, with what is inherited. */
  readonly ofGroup: readonly Grant[];
  /** By `Need.on`, where rights are asked for elsewhere. */
  readonly elsewhere: ReadonlyMap<string, Told<readonly Grant[]>>;
  /** By a right's name: calls that were made, which tell of it more than any list. */
  readonly tried: ReadonlyMap<string, Told<unknown>>;
  readonly parts: readonly { readonly name: string; readonly present: Answer; readonly message: string | undefined }[];
  readonly skus: readonly Sku[];
  readonly usages: readonly Usage[];
  readonly clockSkewMs: number | undefined;
}

/** What a person wants to know before something is started: rights, parts and quotas, as far as they could be seen. */
export function reportOf(settings: AzureSettings, sight: AccessSight): AccessReport {
  const needs = needsOf(settings);
  // What other settings would need is in the printed role too.
  const all = azurePermissions.calls.flatMap(({ permissions }) => permissions);
  const known = new Set(all.map(({ name }) => name.toLowerCase()));
  const granted = sight.ofGroup.flatMap(({ actions }) => actions);
  const { clockSkewMs } = sight;
  return {
    permissions: needs.map(({ name, use, on }) => ({ name, use, ...answerOf(sight, name, on) })),
    // A pattern is wider than any one need of it.
    excess: [...new Set(granted)].filter((each) => !known.has(each.toLowerCase())),
    parts: sight.parts.map(({ name, present, message }): PartCheck => ({ name, present, ...(message && { message }) })),
    quotas: quotaChecks(settings, sight),
    ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
  };
}

function answerOf(
  { ofGroup, elsewhere, tried }: AccessSight,
  name: string,
  on: string,
): Pick<PermissionCheck, 'granted' | 'message'> {
  const call = tried.get(name);
  if (call?.kind === 'done') return { granted: 'yes' };
  if (call !== undefined) {
    const { class: errorClass, code, message } = call.error;
    const isDenied = call.kind === 'refused' && errorClass === 'auth';
    return { granted: isDenied ? 'no' : 'unknown', message: `${code}: ${message}` };
  }
  const told = elsewhere.get(on) ?? { kind: 'done', value: ofGroup };
  if (told.kind === 'done') return { granted: isGranted(told.value, name) ? 'yes' : 'no' };
  return { granted: 'unknown', message: `the rights on ${on} could not be asked for: ${told.error.message}` };
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
