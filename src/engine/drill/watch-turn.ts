/** One second of a drill: what is seen of it goes into the record. */
import { watch } from '../../core/drill/evaluate.ts';
import { momentsOf } from '../../core/drill/moments.ts';
import { reasonsOf } from '../../model/decision.ts';
import type { DrillBody } from '../../model/drill-run.ts';
import type { Expression } from '../../model/expression.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { readSample } from './sample.ts';

/** Between two looks, in milliseconds. */
const tickMs = 1000;

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
  let decided = '';
  const operations = new Map<string, string>();

  const newDecision = async (): Promise<readonly DrillBody[]> => {
    const snapshot = await deps.store.snapshots.get(drill.deployment);
    if (snapshot === undefined || snapshot.atMs < rehearsal.beganAtMs) return [];
    const { decision, atMs: decidedAtMs } = snapshot;
    const { code, message, actionable } = decision.diagnosis;
    const reasons = reasonsOf(decision);
    const key = JSON.stringify([decision.kind, code, reasons.map((reason) => reason.code)]);
    if (key === decided) return [];
    decided = key;
    const diagnosis = `${code}: ${message}`;
    return [{ kind: 'decision', decidedAtMs, decision: decision.kind, isActionable: actionable, diagnosis, reasons }];
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
    bodies.push(...(await newDecision()), ...(await newStates()));
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

/** The first of them that holds now, with what was measured; undefined: none does. */
export function whatHolds(rehearsal: Rehearsal, expressions: readonly Expression[]): string | undefined {
  const { samples, loadSeconds, deps } = rehearsal;
  if (expressions.length === 0) return undefined;
  const moments = momentsOf(samples, loadSeconds);
  for (const expression of expressions) {
    const { holds } = watch(expression, moments, deps.clock.nowMs());
    if (holds === 'yes') return expression.text;
  }
  return undefined;
}

/** The first of them that does not surely hold now; undefined: all do. */
export function whatDoesNotHold(rehearsal: Rehearsal, expressions: readonly Expression[]): string | undefined {
  const { samples, loadSeconds, deps } = rehearsal;
  const moments = momentsOf(samples, loadSeconds);
  for (const expression of expressions) {
    const { holds, measured } = watch(expression, moments, deps.clock.nowMs());
    if (holds === 'no') return `not so: ${expression.text}${measured === undefined ? '' : ` (${measured})`}`;
    if (holds === 'unknown') return `not measured: ${expression.text}`;
  }
  return undefined;
}
