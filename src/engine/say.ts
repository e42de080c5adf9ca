/** What a person says and nobody has to carry out: recorded, and obeyed by whoever leads from its next look on. */
import { GodwitError } from '../errors.ts';
import type { Block } from '../model/block.ts';
import type { JournalBody, JournalDraft } from '../model/journal-entry.ts';
import type { Actor } from '../model/operation.ts';
import { type Standing, standingKey } from '../model/standing.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/** What may be set by a person's word alone; the others come of operations. */
type Said = Extract<Standing, { readonly kind: 'pause' | 'ack' | 'unblock' | 'adopted' }>;
type Unstamped<T> = T extends Standing ? Omit<T, 'deployment' | 'by' | 'atMs'> : never;

export type Word =
  | {
      readonly kind: 'set';
      readonly deployment: string;
      readonly standing: Unstamped<Said>;
      /** Blocks that it ends; absent: none. */
      readonly clears?: readonly Block[];
    }
  /** Takes back what is set under the key. */
  | { readonly kind: 'clear'; readonly deployment: string; readonly key: string; readonly reason: string }
  | { readonly kind: 'note'; readonly deployment: string; readonly text: string; readonly operationId?: string };

interface SayDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly actor: Actor;
}

/** No epoch: a person's word is under nobody's lease. */
const noEpoch = 0;
/** Somebody who changes the same deployment at the same moment: asked again, this often at most. */
const mostTries = 20;

/** Durable when it resolves. Throws `RevisionConflict` when others change the deployment without end. */
export async function say({ store, clock, actor }: SayDeps, word: Word): Promise<void> {
  const { deployment } = word;
  const draftOf = (body: JournalBody): JournalDraft => ({
    ...{ deployment, epoch: noEpoch, by: actor, atMs: clock.nowMs(), monoMs: clock.monoMs(), body },
  });
  if (word.kind === 'note') {
    const { text, operationId } = word;
    await store.journal.append([
      draftOf({ kind: 'note', text, ...(operationId === undefined ? {} : { operationId }) }),
    ]);
    return;
  }
  const body = (): JournalBody => {
    if (word.kind === 'clear') return { kind: 'standing', key: word.key, why: word.reason };
    const standing: Standing = { ...word.standing, deployment, by: actor, atMs: clock.nowMs() };
    return { kind: 'standing', key: standingKey(standing), standing, why: standing.reason ?? 'asked for' };
  };
  for (let tries = 1; ; tries += 1) {
    try {
      await store.standing.put(draftOf(body()), await store.operations.revision(deployment));
      break;
    } catch (thrown) {
      const isBehind = thrown instanceof GodwitError && thrown.code === 'RevisionConflict';
      if (!isBehind || tries === mostTries) throw thrown;
    }
  }
  // Whoever dies here is asked again: the word stands, and what it ends is still listed.
  if (word.kind === 'set' && word.clears !== undefined) await store.blocks.clear(word.clears);
}
