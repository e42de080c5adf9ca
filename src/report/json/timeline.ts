/** What happened around an operation, for machines. */
import type { Timeline, TimelineItem } from '../../model/timeline.ts';
import { iso } from '../text/time.ts';
import { timelineWords } from '../text/timeline.ts';
import { noticeJson } from './notice.ts';
import { operationJson } from './operation.ts';
import { standingJson } from './standing.ts';

/** Times in ISO 8601; `text` is what people read. */
export function timelineJson({ operation, items, isCut }: Timeline) {
  return { operation: operationJson(operation), isCut, items: items.map(itemJson) };
}

function itemJson(item: TimelineItem) {
  const head = { at: iso(item.atMs), seq: item.seq, by: item.by, type: item.kind, text: timelineWords(item) ?? null };
  switch (item.kind) {
    case 'decision':
      return { ...head, decision: item.decision };
    case 'opened':
    case 'taken-up':
    case 'state':
    case 'ended':
      return { ...head, operation: operationJson(item.operation) };
    case 'order':
      return { ...head, order: item.order ?? null };
    case 'step': {
      const { index, step, part, state, error, detail } = item.step;
      return {
        ...head,
        step: index + 1,
        name: step,
        part: part ?? null,
        state,
        error: error ?? null,
        detail: detail ?? null,
      };
    }
    case 'standing':
      return {
        ...head,
        key: item.key,
        standing: item.standing === undefined ? null : standingJson(item.standing),
        why: item.why,
      };
    case 'notice':
      return { ...head, site: item.site, notice: noticeJson(item.notice) };
    case 'note':
      return { ...head, note: item.text };
    case 'lease':
      return { ...head, event: item.event };
  }
}
