/** What each hunt asked for, as the journal has it: read once, then kept up to date by whoever carries the hunt out. */
import { type AskedParts, askedAfter } from '../core/asked-parts.ts';
import type { StepState } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { View } from '../model/view.ts';
import type { JournalStore } from '../ports/store.ts';

export interface AskedBook {
  /** One that was only just opened has asked for nothing. */
  open(operation: Operation): void;
  note(operationId: string, part: string, state: StepState): void;
  /** Reads what is not known yet of these, and forgets all others. */
  refresh(operations: readonly Operation[]): Promise<void>;
  /** Without any hunt a view holds nothing of it. */
  told(): Pick<View, 'asked'>;
}

/** Of an operation with more entries nobody looks for the first: whatever it might have asked for counts as asked. */
const mostEntries = 1000;

export function createAskedBook(journal: Pick<JournalStore, 'read'>): AskedBook {
  const book = new Map<string, AskedParts>();
  return {
    open(operation) {
      if (isHunt(operation)) book.set(operation.id, new Map());
    },
    note(operationId, part, state) {
      const parts = book.get(operationId);
      if (parts !== undefined) book.set(operationId, askedAfter(parts, part, state));
    },
    async refresh(operations) {
      const hunts = operations.filter(isHunt);
      for (const id of book.keys()) if (!hunts.some((each) => each.id === id)) book.delete(id);
      for (const { id } of hunts.filter((each) => !book.has(each.id))) {
        const entries = await journal.read({ operationId: id, limit: mostEntries });
        if (entries.length === mostEntries) continue;
        let parts: AskedParts = new Map();
        for (const { body } of entries)
          if (body.kind === 'step' && body.part !== undefined) parts = askedAfter(parts, body.part, body.state);
        book.set(id, parts);
      }
    },
    told() {
      if (book.size === 0) return {};
      return { asked: Object.fromEntries([...book].map(([id, parts]) => [id, [...parts.keys()]])) };
    },
  };
}

function isHunt({ plan }: Operation): boolean {
  return plan.steps.some(({ kind }) => kind === 'hunt');
}
