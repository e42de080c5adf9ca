/** Puts together from the record why an operation was begun and what became of its steps. */
import type { Attempt } from '../model/block.ts';
import type { DrainList } from '../model/drained.ts';
import type { Explanation, RecordedDecision, StepAccount } from '../model/explanation.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import { nameOfOffer } from '../model/offer.ts';
import type { Actor, Operation } from '../model/operation.ts';
import { listedLateMs } from './listed-late.ts';

/** `entries` are the operation's own, oldest first. */
export function explainOperation(
  operation: Operation,
  entries: readonly JournalEntry[],
  decided: RecordedDecision | undefined,
): Explanation {
  const planned = operation.plan.steps.map(({ name }, index) => accountOf(name, index, entries));
  const steps = [...planned, ...unplanned(entries, planned.length)];
  return { operation, decided, steps, drains: drainsOf(steps), takenUpBy: takers(entries) };
}

/** The decision that opened an operation: the newest `act` before its first entry. A later `stay` means it was not this one. */
export function decisionBehind(before: readonly JournalEntry[]): RecordedDecision | undefined {
  const newest = newestDecision(before);
  return newest?.decision.kind === 'act' ? newest : undefined;
}

/** What was decided last in these entries; undefined when nothing was. */
export function newestDecision(entries: readonly JournalEntry[]): RecordedDecision | undefined {
  for (const { body, atMs, seq, by } of entries.toReversed())
    if (body.kind === 'decision') return { decision: body.decision, atMs, seq, by };
  return undefined;
}

function accountOf(name: string, index: number, entries: readonly JournalEntry[]): StepAccount {
  const own = entries.flatMap(({ body, atMs }) =>
    body.kind === 'step' && body.index === index && body.part === undefined ? [{ body, atMs }] : [],
  );
  const intended = own.find(({ body }) => body.state === 'intended');
  const ended = own.findLast(({ body }) => body.state !== 'intended');
  const state = ended?.body.state ?? (intended === undefined ? 'waiting' : 'intended');
  return {
    name,
    state: state === 'reached' && intended === undefined ? 'found' : state,
    beganAtMs: intended?.atMs,
    endedAtMs: ended?.atMs,
    error: ended?.body.error,
    detail: ended?.body.detail,
    ...(ended?.body.drained === undefined ? {} : { drained: ended.body.drained }),
    ...attemptsOf(index, entries),
  };
}

/** Of all its parts; of what was met more than once the newest. */
function attemptsOf(index: number, entries: readonly JournalEntry[]): Pick<StepAccount, 'attempts'> {
  const attempts = new Map<string, Attempt>();
  for (const { body } of entries) {
    if (body.kind !== 'step' || body.index !== index) continue;
    for (const attempt of body.attempts ?? []) {
      const key = `${attempt.site} ${attempt.offer === undefined ? '' : nameOfOffer(attempt.offer)}`;
      // Why it is not asked for again is what it was refused for.
      if (attempt.state === 'refused' || !attempts.has(key)) attempts.set(key, attempt);
    }
  }
  return attempts.size === 0 ? {} : { attempts: [...attempts.values()] };
}

/** The return of the weights is a step that no plan names. */
function unplanned(entries: readonly JournalEntry[], planned: number): readonly StepAccount[] {
  const names = new Map<number, string>();
  for (const { body } of entries) if (body.kind === 'step' && body.index >= planned) names.set(body.index, body.step);
  return [...names].map(([index, name]) => accountOf(name, index, entries));
}

/** What became of what ran at each site that was emptied. */
function drainsOf(steps: readonly StepAccount[]): readonly DrainList[] {
  const lists = new Map<string, DrainList>();
  const begins = new Map<string, number | undefined>();
  for (const { drained, beganAtMs } of steps) {
    if (drained === undefined) continue;
    const { site } = drained;
    // By the first of them: a list that was begun for the drain is the cut's too.
    if (!begins.has(site)) begins.set(site, beganAtMs);
    lists.set(site, followedBy(lists.get(site), sinceWhen(drained, begins.get(site))));
  }
  return [...lists.values()];
}

function sinceWhen(list: DrainList, drainBeganAtMs: number | undefined): DrainList {
  const isLate = list.kind === 'listed' && listedLateMs(list, drainBeganAtMs) !== undefined;
  return isLate ? { ...list, sinceMs: list.beganAtMs } : list;
}

/** The cut knows more than the drain before it, unless the gateway has lost the list in between. */
function followedBy(before: DrainList | undefined, after: DrainList): DrainList {
  if (before?.kind !== 'listed' || after.kind === 'listed') return after;
  return before.counts.running === 0 ? before : { ...before, lost: after.why };
}

/** A taking-up is recorded under the new holder's epoch. */
function takers(entries: readonly JournalEntry[]): readonly Actor[] {
  const holders = entries.flatMap(({ body }) => (body.kind === 'operation' ? [body.operation] : []));
  return holders.filter(({ epoch }, index) => index > 0 && epoch !== holders[index - 1]?.epoch).map(({ by }) => by);
}
