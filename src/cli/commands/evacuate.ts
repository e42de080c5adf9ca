import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { Danger } from '../../model/forecast.ts';
import type { Preview } from '../../model/preview.ts';
import type { Wish } from '../../model/wish.ts';
import { planText } from '../../report/text/plan.ts';
import { carryOutWatched } from '../change/carry.ts';
import { carryOutOptions, expiryOf, requireReason, termOptions } from '../change/options.ts';
import { interruptedOutcome, outcomeOf } from '../change/outcome.ts';
import { type Change, planOutcome, refusalOf } from '../change/run-change.ts';
import { runSeveral } from '../change/several.ts';
import { commandLine } from '../change/typed-line.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { duration, flag, requiredText, text } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

const { ifDigest: _ifDigest, requestId: _requestId, ...terms } = termOptions;

export const evacuate = defineCommand({
  name: 'evacuate',
  summary: 'Take the traffic of every deployment off one site, for a time',
  arguments: { site: requiredText('site', 'as named in the configuration', 'site') },
  options: {
    for: duration('--for <time>', "how long, such as 2h; otherwise the policy's"),
    reason: text('--reason <text>', 'why, for the record'),
    wake: flag('--wake', 'start targets first that are warm or cold'),
    ...terms,
  },
  examples: ['godwit evacuate site-a --for 2h --reason "network work"', 'godwit return site-a'],
  formats: ['table', 'json', 'jsonl'],
  async run({ arguments: { site }, options, globals, typed }, app, out) {
    const config = await openConfig(app, globals);
    const own = { ...options, ifDigest: undefined, requestId: undefined };
    const wishes = wishesAt(config, site, own);
    if (!own.dryRun) requireReason('godwit evacuate', own.reason);
    const looked: { readonly change: Change; readonly preview: Preview }[] = [];
    for (const wish of wishes) {
      const preview = await app.preview(config, wish, app.interrupted);
      if (app.interrupted.aborted) return interruptedOutcome(wish.deployment, app);
      if (hasTraffic(preview)) looked.push({ change: { config, wish, terms: own, typed, globals }, preview });
    }
    if (looked.length === 0)
      return { exit: 'done', json: { kind: 'Evacuation', items: [] }, text: `Nothing to do: ${site} has no traffic.` };
    if (own.dryRun) {
      const parts = looked.map(({ change, preview }) => ({
        deployment: change.wish.deployment,
        run: async () => planOutcome(preview, change, app, out),
      }));
      return await runSeveral('EvacuationPlan', parts, app);
    }
    const danger = worst(looked.flatMap(({ preview }) => preview.planned?.forecast.danger ?? []));
    const add = danger.level === 'severe' ? ['--confirm', site] : ['--yes'];
    const nowMs = app.clock.nowMs();
    const question = {
      ...{ danger, name: site, command: commandLine({ typed, configPath: config.path, add }) },
      what: looked.map(({ preview }) => planText(preview, nowMs, out.noteStyle)).join('\n\n'),
    };
    const declined = await confirm(question, { yes: own.yes, confirm: own.confirm, globals }, app, out);
    if (declined !== undefined) return declined;
    const parts = looked.map(({ change, preview }) => ({
      deployment: change.wish.deployment,
      run: async () => {
        const refused = refusalOf(preview, change, app, out);
        if (refused !== undefined) return refused;
        const end = await carryOutWatched({ app, config, out }, change.wish, carryOutOptions(own));
        return outcomeOf(end, { deployment: change.wish.deployment, app, out, waits: own.wait });
      },
    }));
    return await runSeveral('Evacuation', parts, app);
  },
});

/** One for each deployment that is placed there. Throws `NotFound` when the configuration knows no such site. */
function wishesAt(
  config: Config,
  site: string,
  own: { readonly for: number | undefined; readonly reason: string | undefined; readonly wake: boolean },
): readonly Wish[] {
  if (!config.sites.some(({ name }) => name === site))
    throw new GodwitError('NotFound', `there is no site "${site}" in ${config.path}`, {
      hint: `known: ${config.sites.map(({ name }) => name).join(', ')}`,
    });
  return config.deployments
    .filter(({ placements }) => placements.some((each) => each.site === site))
    .map(
      (deployment): Wish => ({
        ...{ deployment: deployment.name, kind: 'shift', from: site, to: undefined, reason: own.reason },
        forMs: expiryOf(own.for, deployment),
        ...(own.wake ? { mayWake: true } : {}),
      }),
    );
}

function hasTraffic({ against }: Preview): boolean {
  return !against.some(({ code }) => code === 'AlreadyThere');
}

function worst(dangers: readonly Danger[]): Danger {
  const severe = dangers.filter(({ level }) => level === 'severe');
  return severe.length === 0
    ? { level: 'moderate', why: [] }
    : { level: 'severe', why: severe.flatMap(({ why }) => why) };
}
