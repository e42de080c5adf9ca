/** What `start` means: what one site lacks, or wherever it can be had. */
import { missingSlots, unlistedReason } from './readiness.ts';
import { isOut } from './standing.ts';
import { huntAnywhere } from './start-anywhere.ts';
import { startBlock } from './start-block.ts';
import { type Asking, base, noSuchSite, refuse, type Wished } from './wish-terms.ts';

/** Where it can be had. */
function startSomewhere({ view, wish, diagnosis, nowMs }: Asking): Wished {
  const hunting = huntAnywhere(view, wish, diagnosis, nowMs);
  if (hunting.kind === 'refused') return hunting;
  const { hunt, because } = hunting;
  const { because: own, ...action } = base(wish, 'start');
  return {
    kind: 'action',
    action: {
      ...action,
      ...{ from: undefined, weights: view.inForce, inOneStep: true, hunt, because: [...own, ...because] },
    },
  };
}

/** At one site, or as `anywhere` says. */
export function startAt(asking: Asking): Wished {
  const { view, wish, nowMs } = asking;
  if (wish.anywhere === true) return startSomewhere(asking);
  const name = wish.from ?? '';
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined) return refuse(noSuchSite(view, name));
  if (site.control.kind === 'unknown')
    return refuse({
      code: 'UnknownView',
      site: name,
      message: `what ${name} has cannot be read: ${site.control.message}`,
    });
  const slots = missingSlots(view, site, nowMs);
  const [unlisted] = unlistedReason(view, site, nowMs);
  if (slots.length === 0 && unlisted !== undefined) return refuse(unlisted);
  const { replicas } = site.placement;
  // What was only drained has all its replicas: the start gives it back to automation.
  if (slots.length === 0 && !isOut(view, name))
    return refuse({ code: 'AlreadyThere', site: name, message: `${name} has its ${replicas} replicas` });
  const { because, ...action } = base(wish, 'start');
  return {
    kind: 'action',
    action: {
      ...{ ...action, from: undefined, weights: view.inForce, inOneStep: true, start: [{ site: name, slots }] },
      // A person may ask at once; what is known to be refused is not asked for even so, and is told before.
      because: [...because, ...[startBlock(view, name, nowMs) ?? []].flat()],
    },
  };
}
