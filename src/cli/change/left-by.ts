/** What an operation that did not end well leaves behind, in words. */
import type { Operation } from '../../model/operation.ts';
import type { Step } from '../../model/plan.ts';
import { reasonCodes } from '../../model/reason.ts';
import { weightsSoFar, weightsText } from '../../report/text/operation.ts';

/** What was and was not changed, as far as the record knows: a step that did not end well may have changed something too. */
export function leftBy(operation: Operation): string {
  const { plan, step, state } = operation;
  const done = Math.min(step, plan.steps.length);
  const open = isUnbegun(operation) ? undefined : plan.steps[done];
  const besides = open === undefined ? undefined : besidesWeights(open);
  // One whose end is not known is told to be read back anyway.
  const known = state === 'unknown' ? '.' : `:  godwit verify ${operation.id}`;
  const tail = besides === undefined ? '' : ` ${besides}${known}`;
  const scaled = leftByScale(operation);
  if (scaled !== undefined) return `${scaled}${tail}`;
  if (state === 'returned') return `The weights are as before: ${weightsText(plan.before)}.${tail}`;
  const isMoved = plan.steps.slice(0, done).some(({ kind }) => kind === 'weigh');
  const weights = weightsText(weightsSoFar(operation));
  const moved = isMoved ? `The last weights it put in force: ${weights}` : `It moved no traffic: ${weights}`;
  const mayHave = state === 'unknown' || open?.kind === 'weigh' || open?.kind === 'fence';
  const more = mayHave && open !== undefined && besides === undefined ? `; step ${done + 1} may have changed more` : '';
  return `${moved} (${done} of ${plan.steps.length} steps done${more}).${tail}`;
}

/** What a new number has begun to start goes on running; what it has begun to take away is not given back by it. */
function leftByScale({ plan: { scale, steps, deployment }, step, id }: Operation): string | undefined {
  if (scale === undefined) return undefined;
  const { site, replicas, before } = scale;
  const has = (kind: Step['kind']): boolean => steps.slice(0, step + 1).some((each) => each.kind === kind);
  const head = `${site} is still to have ${before}.`;
  if (has('trim')) return `${head} What ${id} has stopped beyond ${replicas} is started again while the site needs it.`;
  if (!has('launch')) return head;
  return `${head} What ${id} has started goes on running; take it away:  godwit scale ${deployment} --site ${site} --replicas ${before}`;
}

/** A rule spoke against the step before its first try: with one that had begun it is a conflict. */
function isUnbegun({ state, error }: Operation): boolean {
  return state !== 'unknown' && error?.class === 'invalid' && reasonCodes.some((code) => code === error.code);
}

/** What a step may have done that the weights do not show: its effect may have come about for some, or its answer be lost. */
function besidesWeights(step: Step): string | undefined {
  switch (step.kind) {
    case 'launch':
      return `A replica at ${step.site} may have been started`;
    case 'hunt':
      return `Replicas at ${step.candidates.map(({ site }) => site).join(' or ')} may have been started`;
    case 'race':
      return `What was started at ${step.runners.map(({ site }) => site).join(' and ')} is left there`;
    case 'release':
      return `What was started at ${step.site} may be left there`;
    case 'stop':
      return `A replica at ${step.site} may have been ${step.how === 'stop' ? 'stopped' : 'deleted'}`;
    case 'trim':
      return `${beyond(step)} may have been ${step.how === 'stop' ? 'stopped' : 'deleted'}`;
    case 'cut':
      return `Requests at ${step.site} may have been cut`;
    case 'weigh':
    case 'fence':
    case 'stamp':
    case 'undo':
    case 'prove':
    case 'drain':
    case 'settle':
      return undefined;
  }
}

function beyond({ site, keep, slots }: Step & { readonly kind: 'trim' }): string {
  return slots === undefined
    ? `Replicas at ${site} in slots from ${keep} on`
    : `Replicas at ${site} in other slots than ${slots.join(', ')}`;
}
