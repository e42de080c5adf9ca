/** What the journal's notes tell since a run began. */
import type { Config } from '../model/config.ts';
import type { DrillEntry } from '../model/drill-run.ts';
import type { App } from './app.ts';

/** Pages of the journal that are looked through, the newest first. */
const mostPages = 200;
const pageSize = 1000;

/** Undefined: there is no journal to ask, or it cannot be read. */
export async function notesSince(
  app: App,
  config: Config,
  entries: readonly DrillEntry[],
): Promise<readonly string[] | undefined> {
  const [first] = entries;
  if (first?.body.kind !== 'begin') return undefined;
  const { deployment } = first.body.drill;
  try {
    const store = await app.openStore(config);
    try {
      const notes: string[] = [];
      let beforeSeq: number | undefined;
      for (let pages = 0; pages < mostPages; pages++) {
        const page = await store.journal.read({
          ...{ deployment, limit: pageSize },
          ...(beforeSeq === undefined ? {} : { beforeSeq }),
        });
        notes.push(...page.flatMap(({ body }) => (body.kind === 'note' ? [body.text] : [])));
        const oldest = page[0];
        if (oldest === undefined || page.length < pageSize || oldest.atMs < first.atMs) return notes;
        beforeSeq = oldest.seq;
      }
      return notes;
    } finally {
      await store.close();
    }
  } catch {
    // What the record itself shows can be told without it, and the answer says that it was not asked.
    return undefined;
  }
}
