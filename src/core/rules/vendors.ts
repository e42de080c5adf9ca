/** The rule that no vendor serves more of the traffic than was agreed. */
import type { Reason } from '../../model/reason.ts';
import type { Site } from '../../model/site.ts';
import { weightOf } from '../readiness.ts';
import { isRescue, isTakenBack, type Rule, round } from './case.ts';

/** Only a vendor that gains is held back: what is too much already may shrink by steps. */
export const vendorShareMax: Rule = (about) => {
  const { view, action } = about;
  if (isRescue(about) || isTakenBack(about)) return [];
  const { vendorMaxRatio } = view.deployment.failover.safety;
  return Object.entries(vendorMaxRatio).flatMap(([vendor, maxRatio]): readonly Reason[] => {
    const sites = view.sites.map(({ site }) => site).filter((site) => vendorOf(site) === vendor);
    const sum = (weight: (name: string) => number): number =>
      sites.reduce((total, { name }) => total + weight(name), 0);
    const [before, after] = [sum((name) => weightOf(view, name)), sum((name) => action.weights[name] ?? 0)];
    const maxPct = round(maxRatio * 100);
    if (after <= before || after <= maxPct) return [];
    return [
      { code: 'VendorShareMax', message: `${vendor} would serve ${after} % of the traffic, at most ${maxPct} %` },
    ];
  });
};

/** Whose machines a site has. */
export function vendorOf({ vendor, provider }: Site): string {
  return vendor ?? provider;
}
