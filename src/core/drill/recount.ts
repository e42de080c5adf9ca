/** Reads a run from its record: whatever a report says comes from here. */
import type { DrillEntry, DrillRun } from '../../model/drill-run.ts';
import { concludeStory } from './conclude.ts';
import { bodiesOf, storyOf } from './story.ts';

/** A record without an end reads as interrupted. The first entry is its beginning: the store lets no other be the first. */
export function recount(entries: readonly DrillEntry[]): DrillRun {
  const story = storyOf(entries);
  const ends = bodiesOf(entries, 'end');
  const [end] = ends;
  const last = entries.findLast(({ body }) => body.kind !== 'finding');
  return {
    ...story,
    end:
      end?.body.end ??
      concludeStory(story, {
        by: 'watchdog',
        cutShort: 'its end is not on record: whoever ran it died',
        undo: 'unknown',
      }),
    endedAtMs: end?.atMs ?? last?.atMs ?? story.beganAtMs,
    findings: bodiesOf(entries, 'finding').map(({ body }) => body.finding),
    head: entries.at(-1)?.hash ?? '',
  };
}
