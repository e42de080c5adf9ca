/** Remembered denials: a table of its own. It is no record of what was done, so the journal's chain does not cover it. */
import { type Block, blockKey, mostBlocks } from '../../model/block.ts';
import type { BlockStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { parseKept } from './failure.ts';

export function createBlockStore(db: Database): BlockStore {
  return {
    async list(nowMs) {
      // A file that an earlier version wrote, opened to be read: it has none, and nothing may be changed in it.
      if (db.all("SELECT 1 FROM sqlite_schema WHERE name = 'block'").length === 0) return [];
      const rows = db.all('SELECT text FROM block WHERE until_ms > ? ORDER BY at_ms, key', nowMs);
      return rows.map((row) => parseKept<Block>(db.path, row['text']));
    },
    async put(blocks, nowMs) {
      db.transact(() => {
        for (const block of blocks)
          db.run(
            `INSERT INTO block VALUES (?, ?, ?, ?) ON CONFLICT (key)
             DO UPDATE SET at_ms = excluded.at_ms, until_ms = excluded.until_ms, text = excluded.text`,
            ...[blockKey(block), block.atMs, block.untilMs, JSON.stringify(block)],
          );
        db.run('DELETE FROM block WHERE until_ms <= ?', nowMs);
        db.run(
          'DELETE FROM block WHERE key NOT IN (SELECT key FROM block ORDER BY at_ms DESC, key LIMIT ?)',
          mostBlocks,
        );
      });
    },
    async clear(blocks) {
      db.transact(() => {
        for (const block of blocks)
          db.run('DELETE FROM block WHERE key = ? AND at_ms = ?', blockKey(block), block.atMs);
      });
    },
  };
}
