/** One event of the engine for machines, as a line of `-o jsonl`. */
import { reasonsOf } from '../../model/decision.ts';
import type { Event } from '../../model/event.ts';
import { iso } from '../text/time.ts';
import { findingJson } from './doctor.ts';
import type { EventLine } from './document.ts';
import { noticeJson } from './notice.ts';
import { operationJson } from './operation.ts';

/** Additive within `ui` 1: readers ignore keys they do not know. */
export function eventJson(event: Event): EventLine {
  const head = { type: event.type, at: iso(event.atMs), deployment: event.deployment };
  switch (event.type) {
    case 'lease-taken':
      return { ...head, epoch: event.lease.epoch, holder: event.lease.holder };
    case 'lease-lost':
      return { ...head, holder: event.record?.holder ?? null };
    case 'diagnosis': {
      const { code, actionable, site, message } = event.diagnosis;
      return { ...head, code, actionable, site: site ?? null, message };
    }
    case 'decision':
      return { ...head, ...decisionJson(event.decision) };
    case 'operation':
      return { ...head, op: event.operation.id, operation: operationJson(event.operation) };
    case 'step':
      return {
        ...head,
        op: event.operationId,
        step: event.index + 1,
        steps: event.count,
        name: event.step,
        state: event.state,
        detail: event.detail ?? null,
      };
    case 'notice':
      return { ...head, site: event.site, notice: noticeJson(event.notice) };
    case 'finding':
      return { ...head, site: event.site, state: event.state, finding: findingJson(event.finding) };
    case 'warning':
      return { ...head, message: event.message };
  }
}

function decisionJson(decision: Extract<Event, { type: 'decision' }>['decision']) {
  const action = 'action' in decision ? { kind: decision.action.kind, weights: decision.action.weights } : null;
  const steering =
    decision.kind === 'steer' ? { order: decision.steering.order, op: decision.steering.operationId } : null;
  return { decision: decision.kind, reasons: reasonsOf(decision), action, steering };
}
