/** Sites that are emptied: nothing new goes there (I21). */
import type { JournalBody } from '../model/journal-entry.ts';
import type { Step } from '../model/plan.ts';
import type { Incarnation } from './incarnation.ts';
import { checkRemoved } from './oracle-removal.ts';
import type { Watched } from './oracles.ts';

/** Where new requests may not go, because an operation has begun to empty it. */
function emptiedNow({ ghost }: Watched): string | undefined {
  const { open, step } = ghost;
  if (open === undefined || step === undefined) return undefined;
  return step.kind === 'drain' || step.kind === 'cut' || step.kind === 'stop' ? step.site : undefined;
}

/** The table in force, after it changed and when a drain begins. */
export function checkOffered(watched: Watched): void {
  const { ghost, promises } = watched;
  for (const each of promises.standing.values())
    if (each.kind === 'out' && ghost.lost === undefined && isSpilledTo(watched, each.site))
      ghost.violate('I21', `a person emptied ${each.site}, and new requests may spill to it`);
  const site = emptiedNow(watched);
  // Whatever somebody else set is not this operation's to answer for.
  if (site === undefined || ghost.weights === undefined || ghost.disturbed.has(ghost.open?.id ?? '')) return;
  if (isSpilledTo(watched, site))
    ghost.violate('I21', `${site} is being emptied by ${ghost.open?.id}, and new requests may spill to it`);
}

function isSpilledTo({ gateway }: Watched, site: string): boolean {
  return (gateway.entry?.weights[site] ?? 0) === 0 && gateway.isOffered(site);
}

/** After an entry of a step. `life`: of whoever wrote it. */
export function checkRemoval(
  watched: Watched,
  step: Step,
  body: Extract<JournalBody, { kind: 'step' }>,
  life: Incarnation | undefined,
): void {
  if (step.kind !== 'drain' && step.kind !== 'stop' && step.kind !== 'trim') return;
  const { ghost } = watched;
  const { operationId, index } = body;
  const operation = ghost.operations.get(operationId);
  if (operation === undefined || ghost.open?.id !== operationId) return;
  const key = `${operationId}/${index}`;
  if (step.kind === 'drain' && !ghost.drains.has(key)) {
    ghost.drains.set(key, ghost.stepSinceMs);
    checkOffered(watched);
  }
  checkRemoved(watched, operation, step, body, life);
}
