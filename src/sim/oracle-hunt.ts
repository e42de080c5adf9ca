/** What a start must not ask for: I24, an offer that its process was told is refused; I14, more than a hunt wants. */
import type { Block } from '../model/block.ts';
import { isSameOffer, type Offer } from '../model/offer.ts';
import type { Step } from '../model/plan.ts';
import type { StartRequest } from '../ports/provider.ts';
import type { Cloud, CloudEvent } from './cloud.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { Watched } from './oracles.ts';
import type { Server } from './server.ts';

/** Held against the list of blocks that the process read last: what another one wrote since it need not know. */
export function checkNotDoomed(
  ghost: Ghost,
  life: Incarnation,
  { site, offers = [] }: { readonly site: string; readonly offers: StartRequest['offers'] },
  nowMs: number,
): void {
  const blocks = (life.told.get('blocks')?.at(-1)?.value ?? []) as readonly Block[];
  const inForce = blocks.filter((block) => block.site === site && block.atMs <= nowMs && nowMs < block.untilMs);
  for (const offer of offers) {
    const block = inForce.find((each) => speaksOf(each, offer));
    if (block !== undefined)
      ghost.violate('I24', `${offer.machine} in ${offer.zone} is asked for, which ${block.code} blocks at ${site}`);
  }
}

/** As these simulated clouds refuse: one offer, or a whole family at the site. */
function speaksOf({ scope, offer: denied }: Block, offer: Offer): boolean {
  if (denied === undefined) return false;
  return scope === 'region' ? denied.family === offer.family : isSameOffer(denied, offer);
}

/** A hunt that has its replicas asks for no other: what had no answer is settled first. What died since is wanted again. */
export function checkNotTooMany(
  { ghost, clouds }: Pick<Watched, 'ghost' | 'clouds'>,
  { operationId }: CloudEvent,
): void {
  const hunt = ghost.operations.get(operationId)?.plan.steps.find((step) => step.kind === 'hunt');
  if (hunt?.kind !== 'hunt') return;
  if (hunt.hedge !== undefined) return checkTwice(operationId, hunt, { ghost, clouds });
  const places = [...clouds.values()].flatMap((cloud) =>
    startedBy(operationId, cloud).map(({ replica: { site, slot } }) => `${site}/${slot}`),
  );
  if (places.length > hunt.replicas)
    ghost.violate('I14', `${operationId} hunts for ${hunt.replicas} and has ${places.join()}`);
}

function startedBy(operationId: string, cloud: Cloud): readonly Server[] {
  return cloud.alive().filter(({ replica }) => replica.startKey.startsWith(`${operationId}/`));
}

/** A hedged one has all of it at so many sites at most, and nowhere more. */
function checkTwice(
  id: string,
  { replicas, hedge = 0 }: Extract<Step, { kind: 'hunt' }>,
  { ghost, clouds }: Pick<Watched, 'ghost' | 'clouds'>,
): void {
  const counts = [...clouds.values()].map((cloud) => ({
    site: cloud.site,
    count: startedBy(id, cloud).length,
  }));
  const whole = counts.filter(({ count }) => count >= replicas).map(({ site }) => site);
  if (whole.length > hedge || counts.some(({ count }) => count > replicas))
    ghost.violate('I14', `${id} hunts for ${replicas} at ${hedge} sites and has all of it at ${whole.join()}`);
}
