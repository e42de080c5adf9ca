/** What a hedged start must leave: nothing that it started runs beside the winner (I15). */
import type { JournalBody } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { Cloud, CloudEvent } from './cloud.ts';
import type { Ghost } from './ghost.ts';
import type { Watched } from './oracles.ts';

/** After the closing entry of a step: who won, and what stays because it has traffic. */
export function noteRaced({ ghost, gateway }: Watched, step: Step, body: Extract<JournalBody, { kind: 'step' }>): void {
  const { operationId, state, placed = {} } = body;
  if (state !== 'reached') return;
  if (step.kind === 'race') for (const site of Object.keys(placed)) ghost.stay(operationId, site);
  if (step.kind === 'release' && (gateway.entry?.weights[step.site] ?? 0) > 0)
    ghost.stay(step.of ?? operationId, step.site);
}

/** I21: what a hedged start made and nobody was sent to has none of the site's requests. */
export function checkReleased({ ghost, gateway }: Watched, { site, id, operationId }: CloudEvent): void {
  if (gateway.isListed(site, id))
    ghost.violate('I21', `${operationId} stopped ${id}, and the gateway has it in its table`);
}

/** When it is done, and at the end of the world: what was sent late may have come about since. */
export function checkHedge(
  { ghost, clouds }: { readonly ghost: Ghost; readonly clouds: ReadonlyMap<string, Cloud> },
  { id, plan, state }: Operation,
): void {
  if (state !== 'done') return;
  for (const step of plan.steps) {
    if (step.kind !== 'release' || step.of !== undefined || ghost.stays(id, step.site)) continue;
    const left = clouds
      .get(step.site)
      ?.alive()
      .filter(({ replica }) => replica.startKey.startsWith(`${id}/`));
    for (const { replica } of left ?? [])
      ghost.violate('I15', `${id} is done, and ${replica.id} that it started runs beside the winner`);
  }
}
