/** What the plan of a start says beside its steps: the order of a hunt, and what stands in the way of some sites. */
import type { Plan } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { span } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';

/** More candidates than this are counted. */
const mostCandidates = 8;

/** One sentence: what is asked for, and whom in which order. `name`: the deployment's, made harmless. */
export function huntSentence(
  name: string,
  { candidates, replicas, waits, deadlineMs, hedge }: Plan['steps'][number] & { kind: 'hunt' },
): string {
  const sites = candidates.slice(0, mostCandidates).map(({ site }) => sanitize(site, 40));
  if (candidates.length > mostCandidates) sites.push(`${candidates.length - mostCandidates} more`);
  const what = replicas === 1 ? 'one replica' : `${replicas} replicas`;
  const until = waits ? `, asking again for up to ${span(deadlineMs)}` : '';
  const order = `asking in this order: ${sites.join(', ')}${until}`;
  if (hedge !== undefined)
    return `Start ${what} of ${name} at ${hedge} sites at once, ${order}. The first that is proven stays, what was started at the other is released.`;
  return `Start ${what} of ${name} where they can be had, ${order}.`;
}

/** More sites than this are not warned of. */
const mostSites = 20;

/** Of a person's start: sites that are not asked, those that refuse everything for now, and what a long wait holds up. */
export function asideTexts(plan: Plan): readonly string[] {
  const { kind, trigger, steps, deployment } = plan;
  if (kind !== 'start' || trigger !== 'manual') return [];
  const waits = steps.some((step) => step.kind === 'hunt' && step.waits);
  const holdsUp = `While it waits nothing else is done for ${sanitize(deployment, 60)} but a failover: Ctrl-C holds it`;
  return [
    ...siteReasons(plan).map(({ code, message }) => `${code}: ${sanitize(message)}`),
    ...(waits ? [holdsUp] : []),
  ];
}

/** Of a person's start: what was known against single sites, and against asking two, when it was planned. */
export function siteReasons({ kind, trigger, because }: Plan): readonly Reason[] {
  if (kind !== 'start' || trigger !== 'manual') return [];
  return because.filter(({ site, code }) => site !== undefined || code === 'NotHedged').slice(0, mostSites);
}
