/** Records and tells what a provider announces, once for each notice by one holder of the lease. */
import type { Notice } from '../model/notice.ts';
import type { View } from '../model/view.ts';
import type { Context } from './context.ts';

/** More new ones than this are told at the next look, and so on. */
const mostAtOnce = 16;

export function createNoticeTeller({ journal }: Context): (view: View) => Promise<void> {
  let known: ReadonlySet<string> = new Set();
  return async ({ sites }) => {
    const all = sites.flatMap(({ site, notices }) =>
      (notices?.told ?? []).map((notice) => ({ site: site.name, notice, key: keyOf(site.name, notice) })),
    );
    const news = all.filter(({ key }) => !known.has(key)).slice(0, mostAtOnce);
    // What is announced no more is forgotten: should it come again, it is news again.
    known = new Set([...all.map(({ key }) => key).filter((key) => known.has(key)), ...news.map(({ key }) => key)]);
    if (news.length === 0) return;
    await journal.append(...news.map(({ site, notice }) => ({ kind: 'notice', site, notice }) as const));
    for (const { site, notice } of news) journal.tell({ type: 'notice', site, notice });
  };
}

function keyOf(site: string, { replicaId, kind, code, atMs }: Notice): string {
  return `${site} ${replicaId} ${kind} ${code} ${atMs ?? ''}`;
}
