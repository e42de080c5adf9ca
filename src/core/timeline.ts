/** Puts together from the record what happened around an operation. */
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation, Order } from '../model/operation.ts';
import type { Pin } from '../model/pin.ts';
import type { TimelineItem } from '../model/timeline.ts';

/** `entries`: of its deployment, from the decision behind it on, oldest first. Those of other operations are left out. */
export function timelineItems(operationId: string, entries: readonly JournalEntry[]): readonly TimelineItem[] {
  let before: Operation | undefined;
  /** Whose move for a time stands. */
  let shifted: string | undefined;
  return entries.flatMap((entry) => {
    const { body } = entry;
    // A later move for a time, and its end, are of an operation of their own.
    if (body.kind === 'standing' && body.key === 'shift') {
      const mover = body.standing?.kind === 'shift' ? body.standing.operationId : shifted;
      shifted = body.standing === undefined ? undefined : mover;
      if (mover !== undefined && mover !== operationId) return [];
    }
    if (body.kind !== 'operation') return itemOf(operationId, entry);
    if (body.operation.id !== operationId) return [];
    const items = ofOperation(entry, before, body.operation);
    before = body.operation;
    return items;
  });
}

function itemOf(operationId: string, { body, atMs, seq, by }: JournalEntry): readonly TimelineItem[] {
  const head = { atMs, seq, by };
  switch (body.kind) {
    case 'decision':
      return [{ ...head, kind: 'decision', decision: body.decision }];
    case 'step':
      return body.operationId === operationId ? [{ ...head, kind: 'step', step: body }] : [];
    case 'standing':
      return [{ ...head, kind: 'standing', key: body.key, standing: body.standing, why: body.why }];
    case 'notice':
      return [{ ...head, kind: 'notice', site: body.site, notice: body.notice }];
    case 'note':
      return (body.operationId ?? operationId) === operationId ? [{ ...head, kind: 'note', text: body.text }] : [];
    case 'pin':
      return [{ ...head, by: body.pin.by, kind: 'note', text: pinText(body.pin) }];
    case 'lease':
      return [{ ...head, kind: 'lease', event: body.event }];
    // Which replicas the gateway knows is no news of an incident, and an operation is told of by what changed in it.
    case 'route':
    case 'operation':
      return [];
  }
}

/** A controller that has recorded a pin ends it at the gateway: that is nobody's word, and the store was there. */
function pinText({ kind, by, reason, releases = [] }: Pin): string {
  if (kind === 'release' && by.kind === 'controller')
    return `took over ${releases.length === 1 ? 'pin' : 'pins'} ${releases.join(', ')} from the gateway`;
  return `said ${kind} to the gateway while the store was down: ${reason ?? 'no reason given'}`;
}

/** One record of it may say several things at once: who has it now, what it was told, how far it is. */
function ofOperation(
  { atMs, seq, by }: JournalEntry,
  before: Operation | undefined,
  operation: Operation,
): readonly TimelineItem[] {
  const head = { atMs, seq, by };
  if (before === undefined) return [{ ...head, kind: 'opened', operation }];
  const items: TimelineItem[] = [];
  if (operation.epoch !== before.epoch) items.push({ ...head, kind: 'taken-up', operation });
  if (!isSameOrder(operation.order, before.order))
    items.push({ ...head, kind: 'order', operation, order: operation.order });
  if (operation.endedAtMs !== undefined) items.push({ ...head, kind: 'ended', operation });
  else if (operation.state !== before.state) items.push({ ...head, kind: 'state', operation });
  return items;
}

function isSameOrder(one: Order | undefined, other: Order | undefined): boolean {
  return one?.kind === other?.kind && one?.atMs === other?.atMs;
}
