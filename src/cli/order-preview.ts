/** What an order would make of the weights, and what is left to be done: for whoever is asked whether to give it. */
import type { Config } from '../model/config.ts';
import type { Operation } from '../model/operation.ts';
import type { Weights } from '../model/route.ts';
import type { OrderKind } from '../model/wish.ts';
import { stepNames } from '../report/text/plan.ts';
import type { Style } from '../report/text/style.ts';
import { weightChangeLines } from '../report/text/weight-change.ts';
import { wrap } from '../report/text/width.ts';
import type { App } from './app.ts';
import { createWatcher } from './sights.ts';

/** Nothing for orders that leave the weights to the steps already done. What cannot be seen stops no order. */
export async function orderPreview(
  kind: OrderKind,
  operation: Operation,
  { config, app, style }: { readonly config: Config; readonly app: App; readonly style: Style },
): Promise<readonly string[]> {
  const { plan, step } = operation;
  const then = weightsThen(kind, operation);
  if (then === undefined) return [];
  const watcher = createWatcher(app, config, app.interrupted);
  const { route } = await watcher.look(plan.deployment).finally(() => watcher.close());
  const now = route.kind === 'seen' ? route.value?.weights : undefined;
  const left = kind === 'resume' ? stepNames({ steps: plan.steps.slice(step) }) : [];
  return [
    ...weightChangeLines(now, then, style),
    ...(left.length === 0 ? [] : wrap(`Steps left: ${left.join(', ')}`, style.width, 3)),
  ];
}

function weightsThen(kind: OrderKind, { plan, state }: Operation): Weights | undefined {
  if (kind === 'return') return plan.before;
  if (kind !== 'resume') return undefined;
  return state === 'returning' ? plan.before : plan.after;
}
