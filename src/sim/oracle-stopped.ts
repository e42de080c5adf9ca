/** After a cloud has stopped something: whether it may have been, as the world truly is. */
import type { CloudEvent } from './cloud.ts';
import { checkReleased } from './oracle-hedge.ts';
import { stopAt } from './oracle-issue.ts';
import { checkTrimmed, trimAt } from './oracle-trim.ts';
import type { Watched } from './oracles.ts';

/** What broke so lately may not have been noticed yet, in milliseconds. */
const unseenMs = 15_000;

/** I4, I18, I20 and I21. */
export function checkStopped(watched: Watched, event: CloudEvent): void {
  const { ghost, gateway, clouds } = watched;
  const { site, id, operationId } = event;
  const weight = gateway.entry?.weights[site] ?? 0;
  const trim = trimAt(ghost, operationId, site);
  if (weight > 0 && trim === undefined)
    ghost.violate('I20', `${operationId} stopped ${id}, and ${site} still has ${weight} % of the traffic`);
  const { overrides = [] } = ghost.operations.get(operationId)?.plan ?? {};
  const isAnswered = overrides.includes('LastServingSite');
  const mayServe = (each: string): boolean =>
    ghost.hasServedWithin(each, unseenMs) || ghost.wasProvableWithin(each, unseenMs);
  const isLeft = trim !== undefined && trim.keep > 0;
  if (!isAnswered && ![...clouds.keys()].some((each) => (each !== site || isLeft) && mayServe(each)))
    ghost.violate('I4', `${operationId} stopped ${id}, and nothing serves any more`);
  const steps = ghost.operations.get(operationId)?.plan.steps ?? [];
  const index = stopAt(steps, site);
  if (!ghost.intents.has(`${operationId}/${index}/`)) ghost.violate('I18', `the stop of ${id} is not in the journal`);
  // What a hedged start made and nobody was sent to has none of the site's requests.
  if (steps[index]?.kind === 'release') return checkReleased(watched, event);
  if (trim !== undefined) return checkTrimmed(watched, event, trim);
  // What a gateway without its table let in again is not the operation's.
  if (gateway.inFlight(site) > 0 && !ghost.disturbed.has(operationId))
    ghost.violate('I21', `${operationId} stopped ${id} while requests run there`);
}
