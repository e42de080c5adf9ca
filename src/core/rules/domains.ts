/** The rule that only one thing changes in a failure domain at a time (I13). */
import type { Operation } from '../../model/operation.ts';
import { toldDomains } from '../../model/replica.ts';
import type { View } from '../../model/view.ts';
import { weightOf } from '../readiness.ts';
import { type Case, isTakenBack, type Rule } from './case.ts';

/** Nobody must do these now. */
const voluntary: ReadonlySet<string> = new Set([
  ...['shift', 'switchover', 'failback', 'drain', 'stop', 'migrate', 'scale'],
  // At the end of its time; a person who takes a move back is let through.
  'return',
]);

/** What two changes at once did cannot be told apart. */
export const failureDomainBusy: Rule = (about) => {
  const { view, action } = about;
  if (!voluntary.has(action.kind) || isTakenBack(about)) return [];
  const ours = changedBy(about);
  return view.others.flatMap((other) => {
    const pair = ours
      .flatMap((site) => touchedBy(other).map((theirs) => ({ site, theirs, shared: sharedDomain(view, site, theirs) })))
      .find(({ shared }) => shared !== undefined);
    if (pair === undefined) return [];
    const { site, theirs, shared } = pair;
    const where = site === theirs ? site : `${theirs}, in ${shared ?? ''} like ${site}`;
    const message = `${other.id} (${other.plan.kind} of ${other.plan.deployment}) is changing ${where}`;
    return [{ code: 'FailureDomainBusy', site, message }] as const;
  });
};

/** The sites an action takes from, gives to, starts or empties. */
export function changedBy({ view, action }: Case): readonly string[] {
  const moved = view.sites
    .map(({ site }) => site.name)
    .filter((name) => (action.weights[name] ?? 0) !== weightOf(view, name));
  const named = [...(action.empty ?? []), ...action.start].map(({ site }) => site);
  return [...new Set([...(action.from === undefined ? [] : [action.from]), ...moved, ...named])];
}

/** The sites an operation takes from or gives to. */
export function touchedBy({ plan: { from, before, after } }: Operation): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const moved = names.filter((name) => (before[name] ?? 0) !== (after[name] ?? 0));
  return [...new Set([...(from === undefined ? [] : [from]), ...moved])];
}

function sharedDomain(view: View, one: string, other: string): string | undefined {
  if (one === other) return one;
  const theirs = domainsOf(view, other);
  return domainsOf(view, one).find((domain) => theirs.includes(domain));
}

/** Those of the configuration, and those our replicas there stand in: an UltraServer may serve two sites. */
function domainsOf({ domains, sites }: View, name: string): readonly string[] {
  const ours = sites.find(({ site }) => site.name === name);
  const told = ours === undefined ? [] : toldDomains(ours.replicas);
  return [...(domains?.[name] ?? ours?.site.failureDomains ?? []), ...told];
}
