/** How a change ended, with what became of the requests of the sites that it emptied. */
import type { WishEnd } from '../../engine/carry-out.ts';
import { drainsOf } from '../../engine/look-back.ts';
import { messageOf } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { DrainList } from '../../model/drained.ts';
import type { Operation } from '../../model/operation.ts';
import type { App } from '../app.ts';
import type { Outcome } from '../command.ts';
import { type Ending, outcomeOf } from './outcome.ts';

/** Read from the journal: whoever carried it out, the list is there. */
export async function outcomeWithDrains(end: WishEnd, ending: Ending, config: Config): Promise<Outcome> {
  if (end.kind !== 'ended') return outcomeOf(end, ending);
  const sites = end.operation.plan.steps.flatMap((step) => (step.kind === 'drain' ? [step.site] : []));
  if (sites.length === 0) return outcomeOf(end, ending);
  const drains = await drainsIn(end.operation, ending.app, config).catch((thrown: unknown) =>
    // It is over, whatever can be read of it.
    sites.map((site): DrainList => ({ kind: 'unlisted', site, why: messageOf(thrown) })),
  );
  return outcomeOf(end, { ...ending, drains });
}

async function drainsIn(operation: Operation, app: App, config: Config): Promise<readonly DrainList[]> {
  const store = await app.openStore(config);
  try {
    return await drainsOf(store, operation);
  } finally {
    await store.close();
  }
}
