/** What planning and carrying out a rebalancing take. */
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Demand } from '../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../model/rebalance-policy.ts';
import type { InputSpec } from './command.ts';
import { duration, InvalidInput, text } from './inputs.ts';

/** For the solver when nobody says, in milliseconds. */
const usualLimitMs = 30_000;

/** Both commands have these. */
export const planInputs = {
  demand: text('--demand <file>', 'what users ask then, instead of what the gateway counts now', 'file'),
  timeLimit: duration('--time-limit <time>', 'how long the solver may take, such as 2m; otherwise 30s'),
};

/** An amount of US dollars. */
export function dollars(flags: string, summary: string): InputSpec<number | undefined> {
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse: parseDollars };
}

function parseDollars(typed: string): number {
  if (/^\d{1,9}(?:\.\d{1,4})?$/.test(typed)) return Number(typed);
  throw new InvalidInput('write dollars such as 10 or 2.50');
}

/** Throws `UsageInvalid` when nothing is configured. */
export function policyOf(config: Config): RebalancePolicy {
  if (config.rebalance !== undefined) return config.rebalance;
  throw new GodwitError('UsageInvalid', `${config.path} has no "rebalance"`, {
    hint: 'write rebalance: {} to begin with, and rated and price for each site of each deployment',
  });
}

/** What the engine is told of them. Throws `UsageInvalid` for a file that is none. */
export async function planTerms(
  { demand, timeLimit }: { readonly demand: string | undefined; readonly timeLimit: number | undefined },
  config: Config,
): Promise<{ readonly withinMs: number; readonly demands?: Readonly<Record<string, Demand>> }> {
  const withinMs = timeLimit ?? usualLimitMs;
  if (demand === undefined) return { withinMs };
  // With a library of its own, which help and completion have no use for.
  const { readDemandFile } = await import('./demand-file.ts');
  return { withinMs, demands: await readDemandFile(demand, config) };
}
