import { expect, test } from 'vitest';
import { explainOperation } from '../../src/core/explain.ts';
import type { DrainList } from '../../src/model/drained.ts';
import type { JournalEntry } from '../../src/model/journal-entry.ts';
import type { Step } from '../../src/model/plan.ts';
import { nowMs, operation, plan } from '../cli/support/models.ts';

const steps: readonly Step[] = [
  { kind: 'drain', name: 'drain site-a', site: 'site-a', cutsLater: true, deadlineMs: 5000 },
  { kind: 'cut', name: 'cut site-a', site: 'site-a', deadlineMs: 5000 },
];
const none = { cut: 0, running: 0, 'client-left': 0, failed: 0, moved: 0, finished: 0 };
/** The drain of these tests is begun ten seconds before now. */
const intendedAtMs = nowMs - 10_000;
const listed = (counts: Partial<typeof none>, beganAtMs = intendedAtMs): DrainList => ({
  ...{ kind: 'listed', site: 'site-a', beganAtMs, counts: { ...none, ...counts }, streams: [], more: 0 },
});
const lost: DrainList = { kind: 'unlisted', site: 'site-a', why: 'the gateway was started anew' };

/** What the drain and the cut five seconds after it wrote down. */
function drainsOf(...lists: readonly (DrainList | undefined)[]): readonly DrainList[] {
  const entries = lists.flatMap((drained, index) =>
    (['intended', 'reached'] as const).map((state): JournalEntry => {
      const atMs = intendedAtMs + index * 5000 + (state === 'intended' ? 0 : 1000);
      const told = state === 'intended' || drained === undefined ? {} : { drained };
      const body = { kind: 'step', operationId: 'op-7f3k', index, step: steps[index]?.name ?? '', state } as const;
      return {
        ...{
          seq: index,
          hash: '',
          previousHash: '',
          deployment: 'chat',
          epoch: 3,
          by: operation().by,
          atMs,
          monoMs: 0,
        },
        body: { ...body, part: undefined, error: undefined, detail: undefined, ...told },
      };
    }),
  );
  return explainOperation(operation({ plan: plan({ steps }) }), entries, undefined).drains;
}

test('a cut knows more of the requests than the drain before it', () => {
  const cut = listed({ finished: 2, cut: 1 });
  expect(drainsOf(listed({ finished: 2, running: 1 }), cut)).toEqual([cut]);
  expect(drainsOf(listed({ finished: 2 }), undefined)).toEqual([listed({ finished: 2 })]);
  expect(drainsOf(lost, cut)).toEqual([cut]);
  expect(drainsOf(lost, lost)).toEqual([lost]);
});

test('a cut whose list is lost takes nothing from the list of the drain', () => {
  expect(drainsOf(listed({ finished: 2 }), lost)).toEqual([listed({ finished: 2 })]);
  const open = listed({ finished: 2, running: 1 });
  expect(drainsOf(open, lost)).toEqual([{ ...open, lost: 'the gateway was started anew' }]);
});

test.for([
  { name: 'one millisecond before a second it counts as begun with the drain', lateMs: 999, sinceMs: undefined },
  { name: 'from a second on it says since when it lists', lateMs: 1000, sinceMs: intendedAtMs + 1000 },
])('a list that was begun late: $name', ({ lateMs, sinceMs }) => {
  const late = listed({ finished: 2 }, intendedAtMs + lateMs);
  const told = sinceMs === undefined ? late : { ...late, sinceMs };
  expect(drainsOf(late)).toEqual([told]);
  // By the intent of the drain, not by that of the cut.
  expect(drainsOf(lost, late)).toEqual([told]);
});
