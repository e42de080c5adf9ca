/** What was set for a time: a table beside the journal, kept by its appends. */
import type { JournalDraft } from '../../model/journal-entry.ts';
import type { Standing } from '../../model/standing.ts';
import type { StandingStore } from '../../ports/store.ts';
import { revisionConflict } from '../refusals.ts';
import type { Database } from './database.ts';
import { parseKept } from './failure.ts';
import { raiseRevision, revisionOf, winnerOf } from './revision.ts';

export function createStandingStore(db: Database, append: (drafts: readonly JournalDraft[]) => void): StandingStore {
  return {
    async list(deployment) {
      // A file that an earlier version wrote, opened to be read: it has none, and nothing may be changed in it.
      if (db.all("SELECT 1 FROM sqlite_schema WHERE name = 'standing'").length === 0) return [];
      const rows = db.all(
        'SELECT text FROM standing WHERE (?1 IS NULL OR deployment = ?1) ORDER BY at_ms, key',
        deployment ?? null,
      );
      return rows.map((row) => parseKept<Standing>(db.path, row['text']));
    },
    async put(draft, revision) {
      db.transact(() => {
        const { deployment } = draft;
        const present = revisionOf(db, deployment);
        if (present !== revision) throw revisionConflict(draft, { present, yours: revision }, winnerOf(db, deployment));
        append([draft]);
        raiseRevision(db, deployment);
      });
    },
  };
}

/** Called inside the journal's own transaction. */
export function keepStanding(db: Database, { body, deployment }: JournalDraft): void {
  if (body.kind !== 'standing') return;
  db.run('DELETE FROM standing WHERE deployment = ? AND key = ?', deployment, body.key);
  if (body.standing === undefined) return;
  const text = JSON.stringify(body.standing);
  db.run('INSERT INTO standing VALUES (?, ?, ?, ?)', deployment, body.key, body.standing.atMs, text);
}
