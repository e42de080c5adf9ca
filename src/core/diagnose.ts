/** Names the deployment's condition: the worst site that has weight, and whether too much failed at once to trust it. */
import type { Diagnosis, SiteDiagnosis } from '../model/diagnosis.ts';
import type { View } from '../model/view.ts';
import { diagnoseSite } from './diagnose-site.ts';
import { weightOf } from './readiness.ts';

/** Codes that mean a site does not serve as it should. */
const failing: ReadonlySet<string> = new Set(['SiteDead', 'EngineStalled', 'SiteErrors', 'SiteSlow', 'WrongModel']);

export function isFailing(site: SiteDiagnosis): boolean {
  return failing.has(site.code);
}

/** Pure: same view and time give the same diagnosis. */
export function diagnose(view: View, nowMs: number): Diagnosis {
  const sites = view.sites.map((site) => diagnoseSite(view, site, nowMs));
  const looked = sites.filter(({ code }) => code !== 'SiteEmpty' && code !== 'Starting');
  const bad = looked.filter(isFailing);
  const unseen = looked.filter(({ code }) => code === 'ViewLost');
  const { brakeRatio } = view.deployment.failover.safety;
  // One site alone is no "together"; from two on, more than the ratio bad at once points at the observer.
  if (looked.length > 1 && bad.length / looked.length > brakeRatio) {
    const message = `${bad.length} of ${looked.length} sites bad at once, more than ${Math.round(brakeRatio * 100)} %`;
    return { code: 'TooManyFailing', actionable: false, site: undefined, message, sites };
  }
  if (looked.length > 0 && unseen.length === looked.length) {
    return { code: 'ViewLost', actionable: false, site: undefined, message: 'no site can be seen', sites };
  }
  const weighted = sites.filter(({ site }) => weightOf(view, site) > 0).sort((a, b) => rank(b) - rank(a));
  const [worst] = weighted.length > 0 ? weighted : [...sites].sort((a, b) => rank(b) - rank(a));
  if (worst === undefined) return { code: 'SiteEmpty', actionable: false, site: undefined, message: 'no sites', sites };
  const { code, actionable, site, message } = worst;
  return { code, actionable, site, message: `${site}: ${message}`, sites };
}

/** Worse is higher; an actionable one before one that is not. */
function rank(site: SiteDiagnosis): number {
  if (isFailing(site)) return site.actionable ? 5 : 4;
  if (site.code === 'ViewLost') return 3;
  if (site.code === 'SiteDegraded') return 2;
  return site.code === 'Healthy' ? 0 : 1;
}
