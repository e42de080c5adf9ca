/** A plan of a rebalancing, shown and not carried out. */
import type { RebalanceOutcome, RebalancePlan } from '../model/rebalance-plan.ts';
import { rebalanceJson } from '../report/json/rebalance.ts';
import { rebalanceText } from '../report/text/rebalance.ts';
import type { App } from './app.ts';
import type { Globals, Outcome } from './command.ts';
import type { Exit } from './exit-codes.ts';
import type { Output } from './output.ts';

export async function planOutcome(
  plan: RebalancePlan,
  { app, out, globals }: { readonly app: App; readonly out: Output; readonly globals: Globals },
): Promise<Outcome> {
  const located = await app.config.locate(globals.config);
  return {
    exit: exitOf(plan.outcome),
    json: { kind: 'RebalancePlan', ...rebalanceJson(plan) },
    text: rebalanceText(plan, located, out.dataStyle),
    note: 'Nothing was changed.',
  };
}

/** A plan is what was asked for, also one that changes nothing. */
function exitOf(outcome: RebalanceOutcome): Exit {
  switch (outcome.kind) {
    case 'plan':
      return 'done';
    case 'impossible':
    case 'skipped':
      return 'refused';
    case 'unknown':
      return 'unknown';
  }
}
