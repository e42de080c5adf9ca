/** A verb's command and its `plan` twin, from one description. */
import type { Config } from '../../model/config.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Verb, Wish } from '../../model/wish.ts';
import { type Command, defineCommand, type InputSpec } from '../command.ts';
import { flag, requiredText, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';
import { needsReason, planOnly, planOptions, requireReason, type Terms, termOptions, type Values } from './options.ts';
import { runChange } from './run-change.ts';
import { runPlan } from './run-plan.ts';

type Options = Readonly<Record<string, InputSpec<unknown>>>;

export interface Verbal<O extends Options> {
  readonly verb: Verb;
  readonly summary: string;
  readonly options: O;
  readonly examples: readonly string[];
  /** What was typed, checked against the deployment. */
  wish(options: Values<O>, deployment: Deployment): Omit<Wish, 'deployment' | 'kind' | 'reason' | 'overrides'>;
}

export interface Commands {
  readonly change: Command;
  readonly plan: Command;
}

const deploymentArgument = { deployment: requiredText('deployment', 'as named in the configuration', 'deployment') };

/** The command that changes, and the one that only shows what it would change. */
export function defineVerb<O extends Options>(verbal: Verbal<O>): Commands {
  return { change: changeCommand(verbal), plan: planCommand(verbal) };
}

function changeCommand<O extends Options>(verbal: Verbal<O>): Command {
  return defineCommand({
    name: verbal.verb,
    summary: verbal.summary,
    arguments: deploymentArgument,
    options: { ...verbal.options, ...planOptions, ...termOptions },
    examples: verbal.examples,
    formats: ['table', 'json', 'jsonl'],
    async run({ arguments: given, options, globals, typed }, app, out) {
      const config = await openConfig(app, globals);
      const own = options as unknown as Typed<O>;
      const wish = wishOf(verbal, own, config, given.deployment);
      if (!own.dryRun && needsReason(wish, findDeployment(config, wish.deployment), config))
        requireReason(reasonFor(wish), own.reason);
      return await runChange({ config, wish, terms: own, typed, globals }, app, out);
    },
  });
}

function planCommand<O extends Options>(verbal: Verbal<O>): Command {
  return defineCommand({
    name: `plan ${verbal.verb}`,
    summary: `Preview: ${verbal.summary.charAt(0).toLowerCase()}${verbal.summary.slice(1)}`,
    arguments: deploymentArgument,
    options: {
      ...verbal.options,
      ...planOptions,
      out: text('--out <file>', 'write the plan there, for godwit apply --plan FILE', 'file'),
      force: flag('--force', 'with --out: replace what is there'),
      detailedExitcode: flag('--detailed-exitcode', 'exit 0 no change, 1 any error, 2 changes'),
    },
    examples: verbal.examples
      .filter((line) => !line.includes('--yes'))
      .map((line) => line.replace(/^godwit /, 'godwit plan ')),
    formats: ['table', 'json'],
    async run({ arguments: given, options, globals, typed }, app, out) {
      const config = await openConfig(app, globals);
      const own = options as unknown as Typed<O> & {
        readonly out: string | undefined;
        readonly force: boolean;
        readonly detailedExitcode: boolean;
      };
      const wish = wishOf(verbal, own, config, given.deployment);
      return await runPlan({ config, wish, terms: planOnly, typed, globals }, own, app, out);
    },
  });
}

type Typed<O extends Options> = Values<O> & Values<typeof planOptions> & Terms;

function wishOf<O extends Options>(verbal: Verbal<O>, typed: Typed<O>, config: Config, name: string): Wish {
  const deployment = findDeployment(config, name);
  return {
    deployment: deployment.name,
    kind: verbal.verb,
    ...verbal.wish(typed, deployment),
    reason: typed.reason,
    ...(typed.override.length === 0 ? {} : { overrides: typed.override }),
  };
}

function reasonFor({ kind, overrides = [] }: Wish): string {
  return overrides.length > 0 ? `--override ${overrides.join(', ')}` : `godwit ${kind}`;
}
