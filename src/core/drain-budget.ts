/** How long running requests get to finish: computed from what was measured, capped by the policy. */
import type { View } from '../model/view.ts';

/** A gateway on this machine is told at once; what was on its way arrives within this, in milliseconds. */
const propagationMs = 1000;

/**
 * Longest output × time per token + time to the first token + propagation, at most `drain.waitForStreams`; milliseconds. What
 * was not measured cannot shorten it: then it is the policy's time.
 */
export function drainBudgetMs(view: View, site: string): number {
  const { waitForStreamsMs, longestOutputTokens } = view.deployment.drain;
  const perTokenMs = slowestTokenMs(view, site);
  if (longestOutputTokens === undefined || perTokenMs === undefined) return waitForStreamsMs;
  const traffic =
    view.traffic.kind === 'seen' ? view.traffic.value.sites.find((each) => each.site === site) : undefined;
  const firstTokenMs = traffic?.firstTokenP95Ms ?? view.deployment.firstTokenLimitMs;
  return Math.min(waitForStreamsMs, Math.ceil(longestOutputTokens * perTokenMs + firstTokenMs + propagationMs));
}

/** The slowest replica's, as its own probes measured it; undefined when none did. */
function slowestTokenMs(view: View, site: string): number | undefined {
  const replicas = view.sites.find((each) => each.site.name === site)?.replicas ?? [];
  const measured = replicas.flatMap(({ conditions }) => conditions.flatMap(({ perTokenMs }) => perTokenMs ?? []));
  return measured.length === 0 ? undefined : Math.max(...measured);
}
