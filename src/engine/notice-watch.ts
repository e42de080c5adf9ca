/** What a provider says it will do to replicas at a site: read at its own pace, once for all deployments of the session. */
import type { Notice } from '../model/notice.ts';
import type { SiteNotices } from '../model/view.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider } from '../ports/provider.ts';
import { createPoll } from './poll.ts';
import type { Reading } from './reading.ts';

export interface NoticeWatch {
  /** Reads unless it is too early for that; resolves when what is under way is answered. */
  ask(): Promise<void>;
  /** Reads that were answered: the same number, the same notices. */
  count(): number;
  of(deployment: string): SiteNotices;
}

/** Where the provider does not say how often, and after a read that failed at the latest, in milliseconds. */
const usualEveryMs = 30_000;
/** Of one deployment at one site; more are left out: first what only pauses, then the latest. */
const mostNotices = 256;

const watches = new WeakMap<Provider, NoticeWatch>();

/** Undefined: the provider announces nothing. */
export function noticeWatchOf(provider: Provider, clock: Clock, reading: Reading): NoticeWatch | undefined {
  if (provider.notices === undefined) return undefined;
  const known = watches.get(provider) ?? watchNotices(provider, provider.notices.bind(provider), clock, reading);
  watches.set(provider, known);
  return known;
}

function watchNotices(
  { noticeEveryMs = usualEveryMs }: Provider,
  read: NonNullable<Provider['notices']>,
  clock: Clock,
  reading: Reading,
): NoticeWatch {
  let askedAtMonoMs = Number.NEGATIVE_INFINITY;
  let told: SiteNotices = { told: [] };
  const poll = createPoll(async () => {
    askedAtMonoMs = clock.monoMs();
    const seen = await reading(undefined, (call) => read(call));
    // Not seeing is not "no notice": what was said before stays said.
    if (seen.kind === 'unknown') told = { ...told, unseen: seen.error.message };
    else told = { told: seen.value, asOfMs: seen.asOfMs };
    return seen;
  });
  return {
    async ask() {
      const everyMs = told.unseen === undefined ? noticeEveryMs : Math.min(noticeEveryMs, usualEveryMs);
      if (clock.monoMs() - askedAtMonoMs >= everyMs) await poll.ask();
    },
    count: () => poll.count(),
    of: (deployment) => ({
      ...told,
      told: told.told
        .filter((each) => each.deployment === deployment)
        .toSorted((a, b) => urgencyOf(a) - urgencyOf(b) || (a.atMs ?? 0) - (b.atMs ?? 0))
        .slice(0, mostNotices),
    }),
  };
}

function urgencyOf({ kind }: Notice): number {
  return kind === 'maintenance' ? 1 : 0;
}
