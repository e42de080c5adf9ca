/** The story of a run, told by the entries of its record. */
import type { DrillBody, DrillDraft } from '../../model/drill-run.ts';
import type { Operation } from '../../model/operation.ts';
import type { Story } from './facts.ts';

/** All but the end: also of one that goes on. Throws for a record without its beginning. */
export function storyOf(entries: readonly DrillDraft[]): Story {
  const [begin] = bodiesOf(entries, 'begin');
  if (begin === undefined) throw new RangeError('a record begins with its beginning');
  const { id, drill, by, reason, configDigest, version, slotMs } = begin.body;
  const footings = bodiesOf(entries, 'footing');
  const actions = bodiesOf(entries, 'action').map(({ atMs, body: { kind: _, ...action } }) => ({ ...action, atMs }));
  const stages = bodiesOf(entries, 'stage').map(({ atMs, body: { stage } }) => ({ stage, atMs }));
  return {
    ...{ id, drill, by, reason, configDigest, version, slotMs, beganAtMs: begin.atMs },
    faultAtMs: actions.find(({ what }) => what === 'inflict')?.atMs,
    undoneAtMs: stages.find(({ stage }) => stage === 'undo')?.atMs,
    before: footings.find(({ body }) => body.when === 'before')?.body.footing,
    after: footings.findLast(({ body }) => body.when === 'after')?.body.footing,
    checks: bodiesOf(entries, 'check').map(({ atMs, body: { kind: _, ...check } }) => ({ ...check, atMs })),
    ...{ stages, actions },
    decisions: bodiesOf(entries, 'decision').map(({ body: { kind: _, ...decision } }) => decision),
    operations: newestOf(bodiesOf(entries, 'operation').map(({ body }) => body.operation)),
    steps: bodiesOf(entries, 'step').map(({ body: { kind: _, ...step } }) => step),
    samples: bodiesOf(entries, 'sample').map(({ body }) => body.sample),
    load: bodiesOf(entries, 'load').map(({ body }) => body.second),
    notes: bodiesOf(entries, 'note').map(({ atMs, body: { text } }) => ({ atMs, text })),
  };
}

type Kind = DrillBody['kind'];
interface Told<K extends Kind> {
  readonly atMs: number;
  readonly body: Extract<DrillBody, { kind: K }>;
}

/** Those of a kind, in their order. */
export function bodiesOf<K extends Kind>(entries: readonly DrillDraft[], kind: K): readonly Told<K>[] {
  return entries.filter((entry): entry is DrillDraft & Told<K> => entry.body.kind === kind);
}

/** Each in its last state, in the order in which they were first told of. */
function newestOf(told: readonly Operation[]): readonly Operation[] {
  const known = new Map<string, Operation>();
  for (const operation of told) known.set(operation.id, operation);
  return [...known.values()].toSorted((a, b) => a.openedAtMs - b.openedAtMs);
}
