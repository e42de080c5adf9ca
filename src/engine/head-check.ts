/** Notices a journal that is older than what the gateway has seen: a restored copy of the state must not act. */
import { GodwitError } from '../errors.ts';
import type { Seen } from '../model/outcome.ts';
import type { RouteEntry } from '../model/route.ts';
import type { JournalStore } from '../ports/store.ts';
import type { EngineDeps } from './engine.ts';
import { createReading } from './reading.ts';

/** Entries looked at first: the head a gateway keeps is hardly ever older. */
const newest = 1000;

/**
 * Every route entry carries the journal's head as of its writing, so the head must be in the journal. One that this process
 * appended (`isOwn`) surely is; for others one read of the
 * newest 1000 entries, of all of them only when it is not there. Rejects with `StoreCorrupt` when it is not.
 */
export function createHeadCheck(
  journal: JournalStore,
  deployment: string,
  isOwn: (head: string) => boolean = () => false,
): (route: Seen<RouteEntry | undefined>) => Promise<void> {
  let known: string | undefined;
  const holds = async (hash: string, limit: number): Promise<boolean> =>
    (await journal.read({ limit })).some((entry) => entry.hash === hash);
  return async (route) => {
    const head = route.kind === 'seen' ? route.value?.journalHead : undefined;
    if (head === undefined || head === known || isOwn(head)) return;
    const { seq } = await journal.head();
    if (!(await holds(head, newest)) && !(seq > newest && (await holds(head, seq)))) throw rolledBack(deployment, head);
    known = head;
  };
}

/** One read of the gateway, in milliseconds: a local socket answers in single digits. */
const readTimeoutMs = 2000;

/**
 * Before something is asked for: so that an older store is found while nothing is written to it. Rejects with
 * `StoreCorrupt`; a gateway that is not seen is left to whoever leads.
 */
export async function checkStore(
  { clock, store, traffic }: Pick<EngineDeps, 'clock' | 'store' | 'traffic'>,
  deployment: string,
  signal: AbortSignal,
): Promise<void> {
  const route = await createReading(clock, readTimeoutMs)(signal, (call) => traffic.read(deployment, call));
  await createHeadCheck(store.journal, deployment)(route);
}

/** What the gateway has seen that the store has not; undefined for any other failure of a store. */
export function seenByGateway({ details }: GodwitError): string | undefined {
  return details['store'] === 'older' ? String(details['seen']) : undefined;
}

/** Also thrown where the gateway has seen a newer epoch than a lease that is valid. */
export function rolledBack(deployment: string, seen: string): GodwitError {
  return new GodwitError(
    'StoreCorrupt',
    `${deployment}: this store is older than what the gateway has seen (${seen}); nothing is changed with it`,
    {
      hint: 'put the newest state back, or start the gateway without its table to make this store the truth',
      details: { store: 'older', seen },
    },
  );
}
