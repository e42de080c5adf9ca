/** What a person at night would type next, most useful first; at most three. */
import type { Deployment } from '../model/deployment.ts';
import type { StatusView } from '../report/status-view.ts';

/** Pure; looks only at what `status` shows. */
export function nextCommands(view: Omit<StatusView, 'next'>, deployment: Deployment): readonly string[] {
  const { name } = deployment;
  const next: string[] = [];
  const isGatewayGone = view.sources.gateway.kind === 'unseen';
  // A controller starts the gateway too; with one at work a gateway that is away needs a look by hand.
  if (view.controller.kind === 'gone' || (view.controller.kind === 'unseen' && isGatewayGone)) next.push('godwit run');
  else if (isGatewayGone) next.push('godwit gateway');
  const held = view.open?.state === 'held' ? view.open : undefined;
  if (held !== undefined) next.push(`godwit op resume ${held.id}`, `godwit op return ${held.id}`);
  else if (view.open !== undefined) next.push(`godwit op watch ${view.open.id}`);
  const bad = view.sites.find(({ state, wantPct }) => state === 'failing' && (wantPct ?? 0) > 0);
  if (view.open === undefined && bad !== undefined) {
    next.push(`godwit failover ${name} --away-from ${bad.name}`);
  }
  const home = preferredSite(deployment);
  const isAway = view.sites.some(
    (site) => site.wantPct !== undefined && site.wantPct !== (deployment.weights[site.name] ?? 0),
  );
  const isHomeHealthy = view.sites.some((site) => site.name === home && site.state === 'healthy');
  const shift = view.temporary?.find(({ kind }) => kind === 'shift');
  if (view.open === undefined && shift !== undefined) next.push(shift.end);
  else if (view.open === undefined && home !== undefined && isAway && isHomeHealthy) {
    next.push(`godwit switchover ${name} --to ${home}`);
  }
  if (view.open === undefined && view.last !== undefined) next.push('godwit explain last');
  return [...next, `godwit status ${name} -w`, 'godwit journal verify'].slice(0, 3);
}

/** The only site with weight when nothing is wrong; a split has no one command that brings it back. */
function preferredSite({ weights }: Deployment): string | undefined {
  return Object.entries(weights).find(([, weight]) => weight === 100)?.[0];
}
