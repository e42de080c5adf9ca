/** How long a plan's parts will take, learned from what the same steps took at the same sites before. */
import { type Phase, type PhaseForecast, phases } from '../model/forecast.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Plan, Step } from '../model/plan.ts';

/** An operation with its own entries, oldest first. */
export interface PastRun {
  readonly operation: Operation;
  readonly entries: readonly JournalEntry[];
}

/** Runs that are older say little of what the next one takes. */
const mostRuns = 10;

/** `past`: newest first. A phase without steps in the plan is left out. */
export function predictPhases(plan: Plan, past: readonly PastRun[]): readonly PhaseForecast[] {
  const times = timesByKey(past);
  return phases.flatMap((phase): readonly PhaseForecast[] => {
    const steps = plan.steps.filter((step) => phaseOf(step) === phase);
    if (steps.length === 0) return [];
    const runs = steps.map((step) => times.get(keyOf(step, plan.steps)) ?? []);
    const leastMs = steps.reduce((sum, step) => sum + leastOf(step), 0);
    const [medianMs, worstMs] = [median, (each: readonly number[]) => Math.max(...each)].map((of) => {
      const sum = sumOf(runs, of);
      // The policy may have been another one then.
      return sum === undefined ? undefined : Math.max(sum, leastMs);
    });
    return [{ phase, steps: steps.length, medianMs, worstMs, leastMs }];
  });
}

/** A gate is held, a calm waited out, whatever the world does. */
function leastOf(step: Step): number {
  if (step.kind === 'weigh') return step.gate?.holdMs ?? 0;
  return step.kind === 'settle' ? step.forMs : 0;
}

/** Of an even number the later of the two in the middle: rather too long than too short. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function sumOf(runs: readonly (readonly number[])[], of: (values: readonly number[]) => number): number | undefined {
  return runs.some(({ length }) => length === 0) ? undefined : runs.reduce((sum, each) => sum + of(each), 0);
}

function phaseOf({ kind }: Step): Phase {
  switch (kind) {
    case 'launch':
    case 'hunt':
    case 'race':
    case 'prove':
      return 'wake';
    case 'stamp':
    case 'undo':
    case 'weigh':
    case 'fence':
      return 'move';
    case 'drain':
    case 'cut':
      return 'drain';
    case 'stop':
    case 'release':
    case 'trim':
      return 'stop';
    case 'settle':
      return 'settle';
  }
}

/** Proving what was just launched takes as long as the model loads; what stands already is proven in no time. */
function keyOf(step: Step, all: readonly Step[]): string {
  if (!('site' in step)) return step.kind;
  const isFresh =
    step.kind === 'prove' &&
    (step.isHunted === true || all.some((other) => other.kind === 'launch' && other.site === step.site));
  return `${step.kind}/${step.site}${isFresh ? '/fresh' : ''}`;
}

function timesByKey(past: readonly PastRun[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { operation, entries } of past) {
    const { steps } = operation.plan;
    for (const [index, step] of steps.entries()) {
      const tookMs = timeOf(entries, index, step);
      const key = keyOf(step, steps);
      const known = times.get(key) ?? [];
      if (tookMs === undefined || known.length >= mostRuns) continue;
      times.set(key, [...known, tookMs]);
    }
  }
  return times;
}

/** Undefined when it was not reached. What was found so already took no time. */
function timeOf(entries: readonly JournalEntry[], index: number, step: Step): number | undefined {
  const own = entries.flatMap(({ body, atMs }) =>
    body.kind === 'step' && body.index === index && body.part === undefined ? [{ state: body.state, atMs }] : [],
  );
  const reached = own.find(({ state }) => state === 'reached');
  if (reached === undefined) return undefined;
  const intended = own.find(({ state }) => state === 'intended');
  if (intended === undefined) return step.kind === 'weigh' ? undefined : 0;
  return Math.max(0, reached.atMs - intended.atMs);
}
