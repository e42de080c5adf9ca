/** One operation for people: what it was, how it ended, what is in force now. */
import type { Actor, Operation, OperationState } from '../../model/operation.ts';
import type { Plan, Scale } from '../../model/plan.ts';
import type { Weights } from '../../model/route.ts';
import { weightsText as plainText, span } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { clockTime } from './time.ts';
import { cut } from './width.ts';

/** The tone of an operation's state. */
export function toneOfState(state: OperationState): Tone {
  if (state === 'done') return 'good';
  if (state === 'failed') return 'bad';
  if (state === 'returned') return 'warn';
  return state === 'unknown' ? 'unknown' : 'busy';
}

/** Where it stands, with what a person said of it. */
export function stateWords({ state, order }: Operation): string {
  if (order === undefined) return state === 'returned' ? 'failed, returned' : state;
  const name = sanitize(order.by.name, 20);
  if (state === 'held') return `held by ${name}`;
  if (state === 'returned') return order.kind === 'return' ? `returned by ${name}` : 'failed, returned';
  if (state === 'failed') return order.kind === 'abort' ? `aborted by ${name}` : state;
  return state === 'done' || state === 'unknown' || state === 'returning' ? state : `${state}, to ${order.kind}`;
}

/** A few lines: the move, its steps, its weights, and the error that ended it. */
export function operationText(operation: Operation, style: Style): string {
  const { plan, state, order } = operation;
  const tone = toneOfState(state);
  const took = operation.endedAtMs === undefined ? '' : ` after ${span(operation.endedAtMs - operation.openedAtMs)}`;
  const head = tint(tone, `${mark(tone, style)}${stateWords(operation)}${took}`, style);
  const lines = [
    `${operation.id}  ${plan.trigger} ${plan.kind} of ${sanitize(plan.deployment, 60)}  ${head}`,
    `  opened   ${clockTime(operation.openedAtMs)} by ${actorText(operation.by)}`,
    `  steps    ${Math.min(operation.step, plan.steps.length)} of ${plan.steps.length}`,
    `  weights  ${weightsText(plan.before)}  to  ${weightsText(plan.after)}`,
    ...(plan.scale === undefined ? [] : [`  replicas ${replicasText(plan.scale, '  to  ')}`]),
  ];
  if (order !== undefined) {
    const why = order.reason === undefined ? '' : `: ${sanitize(order.reason)}`;
    lines.push(
      cut(`  told     to ${order.kind} at ${clockTime(order.atMs)} by ${actorText(order.by)}${why}`, style.width),
    );
  }
  const because = plan.because[0];
  if (because !== undefined) lines.push(cut(`  because  ${because.code}: ${sanitize(because.message)}`, style.width));
  const { error } = operation;
  if (error !== undefined)
    lines.push(cut(`  error    ${sanitize(error.code, 60)} (${error.class}): ${sanitize(error.message)}`, style.width));
  return lines.join('\n');
}

/** Who does it, not who asked for it. */
export function actorText({ kind, name, host, pid }: Actor): string {
  return `${kind === 'controller' ? 'the controller ' : ''}${sanitize(name, 40)}@${sanitize(host, 40)}, pid ${pid}`;
}

/** The same with names that do a terminal no harm. */
export function weightsText(weights: Weights): string {
  return plainText(weights, (site) => sanitize(site, 40));
}

/** What it changes, from and to: weights, or the replicas of one site. `to`: between the two. */
export function changeText({ scale, before, after }: Plan, to: string): string {
  return scale === undefined ? `${weightsText(before)}${to}${weightsText(after)}` : replicasText(scale, to);
}

/** `, away from ams`, or the replicas of one site; nothing for what is about no site. */
export function whatText(plan: Plan): string {
  if (plan.scale !== undefined) return `, ${changeText(plan, ' to ')}`;
  return plan.from === undefined ? '' : `, away from ${sanitize(plan.from, 40)}`;
}

function replicasText({ site, before, replicas }: Scale, to: string): string {
  return `${sanitize(site, 40)} ${before}${to}${replicas}`;
}

/** The weights that its steps have put in force so far: those of the last one reached, else those before. */
export function weightsSoFar({ plan, step }: Operation): Weights {
  const vectors = plan.steps.slice(0, step).flatMap((each) => (each.kind === 'weigh' ? [each.weights] : []));
  return vectors.at(-1) ?? plan.before;
}
