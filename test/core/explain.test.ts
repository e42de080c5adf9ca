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
const listed = (counts: Partial<typeof none>): DrainList => ({
  ...{ kind: 'listed', site: 'site-a', counts: { ...none, ...counts }, streams: [], more: 0 },
});
const lost: DrainList = { kind: 'unlisted', site: 'site-a', why: 'the gateway was started anew' };

/** What the drain and the cut after it wrote down, each begun ten seconds and ended one second before now. */
function drainsOf(...lists: readonly (DrainList | undefined)[]): readonly DrainList[] {
  const entries = lists.flatMap((drained, index) =>
    (['intended', 'reached'] as const).map((state): JournalEntry => {
      const atMs = nowMs - (state === 'intended' ? 10_000 : 1000);
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
