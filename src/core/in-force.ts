/** The deployment as it counts now: the configuration's, with what somebody has set in its place. */
import type { Deployment, Placement } from '../model/deployment.ts';
import type { Weights } from '../model/route.ts';
import type { Standing } from '../model/standing.ts';
import type { SiteView, View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';

type Scaled = Extract<Standing, { kind: 'scale' }>;
type Slotted = Extract<Standing, { kind: 'slots' }>;

const kindsInForce: ReadonlySet<Standing['kind']> = new Set(['scale', 'slots', 'weights']);

/**
 * `deployment`: the configuration's own; the same object when nothing stands in place of anything. A site that was scaled is hot
 * at its number; one that was scaled to none is a cold standby of the configured number, which a failover may start. One that
 * traffic was given to for good is hot: as the configuration has to have it where it gives traffic.
 */
export function deploymentInForce(deployment: Deployment, standing: readonly Standing[]): Deployment {
  if (!standing.some(({ kind }) => kindsInForce.has(kind))) return deployment;
  const scaled = standing.filter((each): each is Scaled => each.kind === 'scale');
  const slotted = standing.filter((each): each is Slotted => each.kind === 'slots');
  const kept = standing.find((each) => each.kind === 'weights');
  const isKept = kept?.kind === 'weights' && sameWeights(kept.instead, deployment.weights);
  return {
    ...deployment,
    placements: deployment.placements.map((placement) =>
      inSlots(placementInForce(placement, scaled, isKept ? kept.weights : {}), slotted),
    ),
    ...(isKept ? { weights: kept.weights, configuredWeights: deployment.weights } : {}),
  };
}

function placementInForce(placement: Placement, scaled: readonly Scaled[], weights: Weights): Placement {
  const { replicas, standby } = placement;
  // An edit of the file since then wins.
  const own = scaled.find(({ site, instead }) => site === placement.site && instead === replicas);
  const isGiven = standby !== 'hot' && (weights[placement.site] ?? 0) > 0;
  if (own === undefined) return isGiven ? { ...placement, standby: 'hot' } : placement;
  // None of one that is hot by its weight is not what the configuration says.
  const configured = { replicas, standby: isGiven ? 'hot' : standby } as const;
  if (own.replicas === 0) return { ...placement, standby: 'cold', configured };
  return { ...placement, replicas: own.replicas, standby: 'hot', configured };
}

/** Of another number than it is now they say nothing. */
function inSlots(placement: Placement, slotted: readonly Slotted[]): Placement {
  const own = slotted.find(({ site }) => site === placement.site);
  return own?.slots.length === placement.replicas ? { ...placement, slots: own.slots } : placement;
}

/** Nothing is to stand there by itself, whatever the configuration says. */
export function isScaledToNone({ configured, standby }: Placement): boolean {
  return configured !== undefined && standby === 'cold';
}

/** Whether it counts: what stands in place of a number or of weights does only while the configuration still has those. */
export function isOfConfiguration(standing: Standing, deployment: Deployment): boolean {
  if (standing.kind === 'weights') return sameWeights(standing.instead, deployment.weights);
  if (standing.kind === 'slots') return deployment.placements.some(({ site }) => site === standing.site);
  if (standing.kind !== 'scale') return true;
  return deployment.placements.some(({ site, replicas }) => site === standing.site && replicas === standing.instead);
}

/** A view of the configuration's own deployment, or of whatever was in force once, as it counts now. */
export function viewInForce<V extends Pick<View, 'deployment' | 'sites'>>(
  view: V,
  configured: Deployment,
  standing: readonly Standing[],
): V {
  const deployment = deploymentInForce(configured, standing);
  // What the observer has is the configuration's own: then nothing is made anew.
  if (deployment === view.deployment && view.sites.every((site) => isAsPlaced(site, deployment))) return view;
  return { ...view, deployment, sites: view.sites.map((site) => placedAnew(site, deployment)) };
}

function isAsPlaced({ site, placement }: SiteView, { placements }: Deployment): boolean {
  const own = placements.find((each) => each.site === site.name);
  return own === undefined || own === placement;
}

function placedAnew(site: SiteView, { placements }: Deployment): SiteView {
  const own = placements.find((each) => each.site === site.site.name);
  return own === undefined || own === site.placement ? site : { ...site, placement: own };
}
