/** Writes one deployment's journal and tells the reporter; every draft carries who, when and under which epoch. */
import type { Event } from '../model/event.ts';
import type { JournalBody, JournalDraft } from '../model/journal-entry.ts';
import type { EngineDeps } from './engine.ts';

export interface DeploymentJournal {
  /** Durable when it resolves: all bodies in one transaction. */
  append(...bodies: readonly JournalBody[]): Promise<void>;
  /** The hash at the journal's head, as of our last append; goes into route entries. */
  head(): string;
  /** Whether one of our own last appends gave this head: then nobody need look for it. */
  isOwn(head: string): boolean;
  tell(event: EventBody): void;
}

type EventBody = Event extends infer E ? (E extends Event ? Omit<E, 'atMs' | 'deployment'> : never) : never;

/** Own heads kept: a gateway answers with the newest entry or one of the few before. */
const ownLimit = 64;

/** `epoch` is the lease's: the store refuses drafts of an older one. `onFailure`: before whoever appended hears of it. */
export async function openJournal(
  deps: EngineDeps,
  deployment: string,
  epoch: number,
  onFailure: () => void = () => undefined,
): Promise<DeploymentJournal> {
  const { clock, store, actor, reporter } = deps;
  let head = (await store.journal.head()).hash;
  const own: string[] = [];
  /** The newest append that is under way, or failed. */
  let turn: Promise<unknown> | undefined;
  return {
    async append(...bodies) {
      const drafts = bodies.map(
        (body): JournalDraft => ({ deployment, epoch, by: actor, atMs: clock.nowMs(), monoMs: clock.monoMs(), body }),
      );
      // One after the other, also over a store that answers out of turn: an order given while an operation ends would else be
      // recorded after its end, and reopen it. What follows one that failed fails with it.
      const appended =
        turn === undefined ? store.journal.append(drafts) : turn.then(() => store.journal.append(drafts));
      turn = appended;
      appended.catch(onFailure);
      head = (await appended).hash;
      if (turn === appended) turn = undefined;
      own.push(head);
      if (own.length > ownLimit) own.shift();
    },
    head: () => head,
    isOwn: (hash) => own.includes(hash),
    tell(event) {
      reporter.report({ ...event, atMs: clock.nowMs(), deployment });
    },
  };
}
