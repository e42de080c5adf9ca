import type { Config } from '../../model/config.ts';
import type { Values } from '../change/options.ts';
import { planOnly, requireReason, termOptions } from '../change/options.ts';
import { type Evacuation, planEvacuation, runEvacuation } from '../change/run-evacuation.ts';
import { type Command, defineCommand, type Globals } from '../command.ts';
import { duration, flag, requiredText, text } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

const { ifDigest: _ifDigest, requestId: _requestId, ...terms } = termOptions;

const siteArgument = { site: requiredText('site', 'as named in the configuration', 'site') };
const moveOptions = {
  for: duration('--for <time>', "how long, such as 2h; otherwise the policy's"),
  reason: text('--reason <text>', 'why, for the record'),
  wake: flag('--wake', 'start targets first that are warm or cold'),
};

const change = defineCommand({
  name: 'evacuate',
  summary: 'Take the traffic of every deployment off one site, for a time',
  arguments: siteArgument,
  options: { ...moveOptions, ...terms },
  examples: ['godwit evacuate site-a --for 2h --reason "network work"', 'godwit return site-a'],
  formats: ['table', 'json', 'jsonl'],
  async run({ arguments: { site }, options, globals, typed }, app, out) {
    const config = await openConfig(app, globals);
    if (!options.dryRun) requireReason('godwit evacuate', options.reason);
    const own = { ...options, ifDigest: undefined, requestId: undefined };
    const asked = evacuationOf(config, site, options, { typed, globals });
    return own.dryRun
      ? await planEvacuation({ ...asked, terms: own }, app, out)
      : await runEvacuation({ ...asked, terms: own }, app, out);
  },
});

const plan = defineCommand({
  name: 'plan evacuate',
  summary: 'Preview: take the traffic of every deployment off one site, for a time',
  arguments: siteArgument,
  options: moveOptions,
  examples: ['godwit plan evacuate site-a --for 2h'],
  formats: ['table', 'json'],
  async run({ arguments: { site }, options, globals, typed }, app, out) {
    const config = await openConfig(app, globals);
    const asked = evacuationOf(config, site, options, { typed, globals });
    return await planEvacuation({ ...asked, terms: planOnly }, app, out);
  },
});

/** The command that changes, and the one that only shows what it would change. */
export const evacuate: { readonly change: Command; readonly plan: Command } = { change, plan };

function evacuationOf(
  config: Config,
  site: string,
  { for: forMs, reason, wake }: Values<typeof moveOptions>,
  typing: { readonly typed: readonly string[]; readonly globals: Globals },
): Omit<Evacuation, 'terms'> {
  return { config, site, forMs, reason, wake, ...typing };
}
