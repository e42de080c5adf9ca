import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { RebalanceOutcome } from '../../model/rebalance-plan.ts';
import { rebalanceJson } from '../../report/json/rebalance.ts';
import { rebalanceText } from '../../report/text/rebalance.ts';
import { defineCommand } from '../command.ts';
import type { Exit } from '../exit-codes.ts';
import { duration, text } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

/** For the solver, in milliseconds. */
const usualLimitMs = 30_000;

export const planRebalance = defineCommand({
  name: 'plan rebalance',
  summary: 'Preview: capacity and traffic where they cost least within the rules',
  arguments: {},
  options: {
    demand: text('--demand <file>', 'what users ask then, instead of what the gateway counts now', 'file'),
    timeLimit: duration('--time-limit <time>', 'how long the solver may take, such as 2m; otherwise 30s'),
  },
  examples: [
    'godwit plan rebalance',
    'godwit plan rebalance --demand monday.json',
    'godwit plan rebalance --time-limit 2m -o json',
  ],
  formats: ['table', 'json', 'yaml'],
  async run({ options, globals }, app, out) {
    const config = await openConfig(app, globals);
    if (config.rebalance === undefined)
      throw new GodwitError('UsageInvalid', `${config.path} has no "rebalance"`, {
        hint: 'write rebalance: {} to begin with, and rated and price for each site of each deployment',
      });
    const demands = options.demand === undefined ? {} : { demands: await demandsIn(options.demand, config) };
    const progress = await out.progress('looking and solving');
    const withinMs = options.timeLimit ?? usualLimitMs;
    const plan = await app
      .planRebalance(config, { withinMs, ...demands }, app.interrupted)
      .finally(() => progress.stop());
    const located = await app.config.locate(globals.config);
    return {
      exit: exitOf(plan.outcome),
      json: { kind: 'RebalancePlan', ...rebalanceJson(plan) },
      text: rebalanceText(plan, located, out.dataStyle),
      note: 'Nothing was changed.',
    };
  },
});

/** With a library of its own, which help and completion have no use for. */
async function demandsIn(path: string, config: Config) {
  return await (await import('../demand-file.ts')).readDemandFile(path, config);
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
