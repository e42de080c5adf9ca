import { defineCommand } from '../command.ts';
import { openConfig } from '../open-config.ts';
import { planInputs, planTerms, policyOf } from '../rebalance-input.ts';
import { planOutcome } from '../rebalance-plan-outcome.ts';

export const planRebalance = defineCommand({
  name: 'plan rebalance',
  summary: 'Preview: capacity and traffic where they cost least within the rules',
  arguments: {},
  options: planInputs,
  examples: [
    'godwit plan rebalance',
    'godwit plan rebalance --demand monday.json',
    'godwit plan rebalance --time-limit 2m -o json',
  ],
  formats: ['table', 'json', 'yaml'],
  async run({ options, globals }, app, out) {
    const config = await openConfig(app, globals);
    policyOf(config);
    const terms = await planTerms(options, config);
    const progress = await out.progress('looking and solving');
    const plan = await app.planRebalance(config, terms, app.interrupted).finally(() => progress.stop());
    return await planOutcome(plan, { app, out, globals });
  },
});
