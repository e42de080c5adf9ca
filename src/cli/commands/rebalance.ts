import { runSlotMs } from '../../config/run-slot.ts';
import type { RebalanceEnd } from '../../engine/rebalance/run-rebalance.ts';
import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { RebalancePlan } from '../../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import { rebalanceEndJson } from '../../report/json/rebalance-end.ts';
import { rebalanceText } from '../../report/text/rebalance.ts';
import { rebalanceEndText } from '../../report/text/rebalance-end.ts';
import type { App } from '../app.ts';
import { requireReason } from '../change/options.ts';
import { commandLine } from '../change/typed-line.ts';
import { defineCommand, type Globals, type Outcome } from '../command.ts';
import { confirm } from '../confirm.ts';
import { duration, flag, optionalChoice, percent, text } from '../inputs.ts';
import { lineReporter } from '../line-reporter.ts';
import { openConfig } from '../open-config.ts';
import type { Output } from '../output.ts';
import { exitOfEnd } from '../rebalance-exit.ts';
import { dollars, planInputs, planTerms, policyOf } from '../rebalance-input.ts';
import { planOutcome } from '../rebalance-plan-outcome.ts';
import { runScheduled } from '../rebalance-scheduled.ts';
import { endLine, planEvent, planIn, toldOf } from '../rebalance-words.ts';
import type { RunLog } from '../run-log.ts';

export const rebalance = defineCommand({
  name: 'rebalance',
  summary: 'Put capacity and traffic where they cost least within the rules',
  arguments: {},
  options: {
    ...planInputs,
    dryRun: flag('--dry-run', 'show the plan and change nothing; the same as godwit plan rebalance'),
    yes: flag('-y, --yes', 'do not ask'),
    reason: text('--reason <text>', 'why, for the record'),
    cron: flag('--cron', 'a scheduler runs it: never asks, quiet unless something changed, keeps to windows'),
    deadline: duration('--deadline <time>', 'begin nothing that may not end within this, such as 20m'),
    jitter: duration('--jitter <time>', 'with --cron: this host waits up to this before it begins'),
    maxChange: percent('--max-change <percent>', 'most of each deployment’s traffic that this run moves'),
    onlyIf: optionalChoice('--only-if <when>', 'idle: only while users ask little (rebalance.run.idleBelow)', ['idle']),
    minGain: dollars('--min-gain <usd>', 'a plan that saves fewer dollars an hour is not carried out'),
  },
  examples: [
    'godwit rebalance --dry-run',
    'godwit rebalance --reason "cheaper nights"',
    'godwit rebalance --cron --deadline 20m',
  ],
  formats: ['table', 'json'],
  async run({ options, globals, typed }, app, out) {
    const config = withLimits(await openConfig(app, globals), options);
    const policy = policyOf(config);
    if (options.jitter !== undefined && !options.cron)
      throw new GodwitError('UsageInvalid', '--jitter needs --cron', { hint: 'a person waits for nothing' });
    if (options.dryRun) return await showPlan(config, options, { app, out, globals });
    if (!options.cron && config.isProtected === true) requireReason('godwit rebalance', options.reason);
    const runId = options.cron ? await slotId(policy, app) : `run-${app.clock.nowMs()}`;
    const deadlineMs = options.deadline ?? policy.run.deadlineMs;
    const onlyIf = options.onlyIf ?? (options.cron ? policy.run.onlyIf : undefined);
    const question = (plan: RebalancePlan): Promise<Outcome | undefined> =>
      askFor(plan, { config, yes: options.yes, typed, globals }, app, out);
    let declined: Outcome | undefined;
    const work = async (log?: RunLog): Promise<RebalanceEnd> => {
      const progress = options.cron ? undefined : await out.progress('looking and solving');
      const lines = lineReporter(options.cron ? silenced(out) : out, progress);
      const terms = {
        ...(await planTerms(options, config)),
        ...{ runId, isScheduled: options.cron, isAsked: !options.cron && !options.yes },
        ...{ reason: options.reason ?? (options.cron ? 'scheduled' : undefined) },
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
        ...(onlyIf === undefined ? {} : { idleBelowRatio: policy.run.idleBelowRatio }),
        jitterMs: options.cron ? (options.jitter ?? policy.run.jitterMs) : 0,
        approve: async (plan: RebalancePlan): Promise<boolean> => {
          log?.write(planEvent(plan));
          if (options.cron) return true;
          progress?.pause();
          declined = (await question(plan)) ?? (options.yes ? undefined : await outdatedBy(config, app, globals));
          progress?.resume();
          return declined === undefined;
        },
        say(line: string): void {
          if (log !== undefined) return log.write({ msg: 'change', text: line });
          out.note(line);
          progress?.update(line);
        },
      };
      return await app.rebalance(config, terms, lines, app.interrupted).finally(() => progress?.stop());
    };
    const { exit, end } = options.cron
      ? await runScheduled(policy, { app, out, runId }, work)
      : await work().then((ended) => ({ exit: exitOfEnd(ended, { isCron: false }, app.interrupted), end: ended }));
    if (declined !== undefined) return declined;
    const json = { kind: 'Rebalance', ...rebalanceEndJson(end.kind, toldOf(end), planIn(end)) };
    if (options.cron) return { exit, json };
    return { exit, json, ...(await textOf(end, { app, out, globals })) };
  },
});

interface Around {
  readonly app: App;
  readonly out: Output;
  readonly globals: Globals;
}

async function showPlan(
  config: Config,
  options: { readonly demand: string | undefined; readonly timeLimit: number | undefined },
  { app, out, globals }: Around,
): Promise<Outcome> {
  const progress = await out.progress('looking and solving');
  const terms = await planTerms(options, config);
  const plan = await app.planRebalance(config, terms, app.interrupted).finally(() => progress.stop());
  return await planOutcome(plan, { app, out, globals });
}

/** A run may be held tighter than the configuration has it. */
function withLimits(
  config: Config,
  { maxChange, minGain }: { readonly maxChange: number | undefined; readonly minGain: number | undefined },
): Config {
  const { rebalance: policy } = config;
  if (policy === undefined) return config;
  const trafficRatio =
    maxChange === undefined ? undefined : Math.min(maxChange / 100, policy.maxChange.trafficRatio ?? 1);
  const minimumGainUsdPerHour = Math.max(minGain ?? 0, policy.minimumGainUsdPerHour);
  return {
    ...config,
    rebalance: {
      ...policy,
      ...(trafficRatio === undefined ? {} : { maxChange: { ...policy.maxChange, trafficRatio } }),
      minimumGainUsdPerHour,
    },
  };
}

/** Two runs of one slot are one run. */
async function slotId({ run: { everyMs } }: RebalancePolicy, app: App): Promise<string> {
  return `slot-${(await runSlotMs({ kind: 'interval', everyMs }, app.clock.nowMs())) ?? 0}`;
}

async function askFor(
  plan: RebalancePlan,
  { config, yes, typed, globals }: { config: Config; yes: boolean; typed: readonly string[]; globals: Globals },
  app: App,
  out: Output,
): Promise<Outcome | undefined> {
  const located = await app.config.locate(globals.config);
  const question = {
    what: rebalanceText(plan, located, out.noteStyle),
    danger: { level: 'moderate', why: [] } as const,
    name: config.environment,
    command: commandLine({ typed, configPath: config.path, add: ['--yes'] }),
  };
  return await confirm(question, { yes, confirm: undefined, globals }, app, out);
}

/** A file that was edited while the question stood asks for another plan. */
async function outdatedBy({ digest, path }: Config, app: App, globals: Globals): Promise<Outcome | undefined> {
  if ((await openConfig(app, globals)).digest === digest) return undefined;
  const message = `${path} was changed after this was planned`;
  const told = { done: [], left: [], reasons: [{ code: 'WorldMoved', message } as const] };
  return {
    exit: 'refused',
    json: { kind: 'Rebalance', ...rebalanceEndJson('unchanged', told, undefined) },
    note: `${message} (WorldMoved). Nothing was changed. To plan it anew:  godwit rebalance`,
  };
}

async function textOf(end: RebalanceEnd, { app, out, globals }: Around): Promise<Pick<Outcome, 'text' | 'note'>> {
  const note = endLine(end);
  if (end.kind === 'changed') {
    const text = rebalanceEndText(toldOf(end), out.dataStyle);
    return text === '' ? { note } : { text, note };
  }
  const plan = planIn(end);
  if (plan === undefined) return { note };
  return { text: rebalanceText(plan, await app.config.locate(globals.config), out.dataStyle), note };
}

/** What happens meanwhile is in the journal. */
function silenced(out: Output): Output {
  return { ...out, note: () => undefined, line: () => undefined };
}
