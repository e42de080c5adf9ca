/** One second of a drill: what is seen of it goes into the record. */
import { type Moment, watch } from '../../core/drill/evaluate.ts';
import { momentsOf, withLastKnown } from '../../core/drill/moments.ts';
import { type Decision, reasonsOf } from '../../model/decision.ts';
import type { DrillBody } from '../../model/drill-run.ts';
import type { Expression } from '../../model/expression.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { readSample } from './sample.ts';

/** Between two looks, in milliseconds. */
const tickMs = 1000;
/** Samples that an expression is judged by: an hour of them, the longest span that one may have. */
const mostLooked = 3700;

/** Remembers what was told last. */
export interface Watcher {
  /** Looks and writes it down. Rejects when it cannot be written down. */
  look(): Promise<void>;
  /** The same, and then waits for the rest of the second. */
  tick(signal: AbortSignal): Promise<void>;
}

/** For one run. */
export function createWatcher(rehearsal: Rehearsal): Watcher {
  const { deps, drill, samples, recorder } = rehearsal;
  let afterSeq: number | undefined;
  const operations = new Map<string, string>();

  /** What the journal has of decisions and of steps that were reached: a look once a second would miss what goes by in between. */
  const newlyJournaled = async (): Promise<readonly DrillBody[]> => {
    afterSeq ??= await journaledBefore(rehearsal);
    const entries = await deps.store.journal.read({ deployment: drill.deployment, afterSeq });
    afterSeq = entries.at(-1)?.seq ?? afterSeq;
    return entries.flatMap(({ atMs, body }): readonly DrillBody[] => {
      if (body.kind === 'decision') return [decisionBody(body.decision, atMs)];
      if (body.kind !== 'step' || body.state !== 'reached' || body.part !== undefined) return [];
      return [{ kind: 'step', operationId: body.operationId, index: body.index, reachedAtMs: atMs }];
    });
  };
  const newStates = async (): Promise<readonly DrillBody[]> =>
    (await operationsOf(rehearsal)).flatMap((operation) => {
      const state = `${operation.state} ${operation.step}`;
      if (operations.get(operation.id) === state) return [];
      const isNews = !operations.has(operation.id) || operation.endedAtMs !== undefined;
      operations.set(operation.id, state);
      const { id, plan } = operation;
      if (isNews && plan.trigger === 'automatic')
        rehearsal.say(`${id} ${plan.trigger} ${plan.kind} ${operation.state}`);
      return [{ kind: 'operation', operation }];
    });
  const look = async (): Promise<void> => {
    const sample = await readSample(rehearsal);
    const bodies: DrillBody[] = [];
    if (sample !== undefined) {
      samples.push(sample);
      bodies.push({ kind: 'sample', sample });
    }
    for (const second of rehearsal.load?.take() ?? []) {
      rehearsal.loadSeconds.push(second);
      bodies.push({ kind: 'load', second });
    }
    bodies.push(...(await newlyJournaled()), ...(await newStates()));
    if (bodies.length > 0) await recorder.write(...bodies);
  };
  return {
    look,
    async tick(signal) {
      const startedMonoMs = deps.clock.monoMs();
      await look();
      const restMs = Math.max(1, tickMs - (deps.clock.monoMs() - startedMonoMs));
      await deps.clock.sleep(restMs, signal).then(
        () => undefined,
        () => undefined,
      );
    },
  };
}

function decisionBody(decision: Decision, decidedAtMs: number): DrillBody {
  const { code, message, actionable } = decision.diagnosis;
  return {
    ...{ kind: 'decision', decidedAtMs, decision: decision.kind, isActionable: actionable },
    ...{ diagnosis: `${code}: ${message}`, reasons: reasonsOf(decision) },
  };
}

/** The last decision before it began is the one that stands then: it is told as the first. */
async function journaledBefore({ deps, drill }: Rehearsal): Promise<number> {
  const { seq } = await deps.store.journal.head();
  const past = await deps.store.journal.read({ deployment: drill.deployment, beforeSeq: seq + 1, limit: 200 });
  const last = past.findLast(({ body }) => body.kind === 'decision');
  return last === undefined ? seq : last.seq - 1;
}

/** As far back as an expression may look: a day's samples are not gone through every second. */
function newestMoments({ samples, loadSeconds }: Rehearsal): readonly Moment[] {
  const moments = momentsOf(samples.slice(-mostLooked), loadSeconds.slice(-mostLooked));
  return loadSeconds.length === 0 ? moments : withLastKnown(moments);
}

/** The first of them that holds now, with what was measured; undefined: none does. */
export function whatHolds(rehearsal: Rehearsal, expressions: readonly Expression[]): string | undefined {
  const { deps } = rehearsal;
  if (expressions.length === 0) return undefined;
  const moments = newestMoments(rehearsal);
  for (const expression of expressions) {
    const { holds } = watch(expression, moments, deps.clock.nowMs());
    if (holds === 'yes') return expression.text;
  }
  return undefined;
}

/** The first of them that does not surely hold now; undefined: all do. */
export function whatDoesNotHold(rehearsal: Rehearsal, expressions: readonly Expression[]): string | undefined {
  const { deps } = rehearsal;
  const moments = newestMoments(rehearsal);
  for (const expression of expressions) {
    const { holds, measured } = watch(expression, moments, deps.clock.nowMs());
    if (holds === 'no') return `not so: ${expression.text}${measured === undefined ? '' : ` (${measured})`}`;
    if (holds === 'unknown') return `not measured: ${expression.text}`;
  }
  return undefined;
}
