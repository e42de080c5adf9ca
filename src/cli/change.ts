/** Commands that move a deployment: shown, confirmed, carried out, and told how it ended. */

import type { WishEnd } from '../engine/carry-out.ts';
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Operation } from '../model/operation.ts';
import type { ErrorClass } from '../model/provider-error.ts';
import type { Wish } from '../model/wish.ts';
import type { Reporter } from '../ports/reporter.ts';
import { operationJson } from '../report/json/operation.ts';
import { operationText } from '../report/text/operation.ts';
import { reasonLines } from '../report/text/reason.ts';
import { age } from '../report/text/time.ts';
import type { App } from './app.ts';
import { type Command, defineCommand, type InputSpec, type Outcome } from './command.ts';
import { confirm } from './confirm.ts';
import type { Exit } from './exit-codes.ts';
import { followOperation } from './follow.ts';
import { duration, flag, requiredText, text } from './inputs.ts';
import { lineReporter } from './line-reporter.ts';
import { findDeployment, openConfig } from './open-config.ts';
import type { Output } from './output.ts';

const commonOptions = {
  reason: text('--reason <text>', 'why, for the record'),
  timeout: duration('--timeout <time>', 'how long to wait, such as 10m; the operation itself goes on'),
  yes: flag('-y, --yes', 'do not ask'),
};

export interface Change<O extends Readonly<Record<string, InputSpec<unknown>>>> {
  readonly kind: Wish['kind'];
  readonly summary: string;
  readonly options: O;
  readonly examples: readonly string[];
  /** The sites it is about, checked against the deployment. */
  sites(
    options: { readonly [K in keyof O]: O[K] extends InputSpec<infer T> ? T : never },
    deployment: Deployment,
  ): { readonly from: string | undefined; readonly to: string | undefined };
}

/** Builds the command of one kind of change. */
export function defineChange<O extends Readonly<Record<string, InputSpec<unknown>>>>(change: Change<O>): Command {
  return defineCommand({
    name: change.kind,
    summary: change.summary,
    arguments: { deployment: requiredText('deployment', 'as named in the configuration', 'deployment') },
    options: { ...change.options, ...commonOptions },
    examples: change.examples,
    formats: ['table', 'json'],
    async run(input, app, out) {
      const options = input.options as typeof input.options & {
        readonly reason: string | undefined;
        readonly timeout: number | undefined;
        readonly yes: boolean;
      };
      const config = await openConfig(app, input.globals);
      const deployment = findDeployment(config, input.arguments.deployment);
      const sites = change.sites(input.options, deployment);
      const wish: Wish = { deployment: deployment.name, kind: change.kind, ...sites, reason: options.reason };
      const question = { what: describe(wish, config.environment), command: commandFor(wish, config.path) };
      const declined = await confirm(question, { yes: options.yes, globals: input.globals }, app, out);
      if (declined !== undefined) return declined;
      const progress = await out.progress(`${wish.kind} of ${wish.deployment}`);
      const reporter = lineReporter(out, progress);
      const end = await carryOutWatched(app, config, wish, options.timeout, reporter).finally(() => progress.stop());
      return outcomeOf(wish, end, app, out);
    },
  });
}

/** This process tells of its own work as it happens; what a controller does for it is read from the store. */
async function carryOutWatched(
  app: App,
  config: Config,
  wish: Wish,
  timeoutMs: number | undefined,
  lines: Reporter,
): Promise<WishEnd> {
  const over = new AbortController();
  const reporter: Reporter = {
    report(event) {
      over.abort();
      lines.report(event);
    },
  };
  const followed = followOperation(app, config, wish.deployment, lines, over.signal);
  try {
    return await app.carryOut(config, wish, { timeoutMs }, reporter, app.interrupted);
  } finally {
    over.abort();
    await followed;
  }
}

function describe(wish: Wish, environment: string): string {
  const away = wish.from === undefined ? '' : ` away from ${wish.from}`;
  const to = wish.to === undefined ? ' to the best site that is ready' : ` to ${wish.to}`;
  return `${environment}: ${wish.kind} of ${wish.deployment}${away}${to}`;
}

/** With every value quoted for a shell where it needs it. */
function commandFor(wish: Wish, configPath: string): string {
  const words = ['godwit', wish.kind, wish.deployment];
  if (wish.from !== undefined) words.push('--away-from', wish.from);
  if (wish.to !== undefined) words.push('--to', wish.to);
  if (wish.reason !== undefined) words.push('--reason', wish.reason);
  words.push('--config', configPath, '--yes');
  return words.map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function exitOf({ state, error }: Operation): Exit {
  switch (state) {
    case 'done':
    case 'returned':
    case 'unknown':
      return state;
    case 'failed':
      return exitOfClass[error?.class ?? 'unknown'] ?? 'failed';
    default:
      return 'inProgress';
  }
}

const exitOfClass: Readonly<Partial<Record<ErrorClass, Exit>>> = {
  capacity: 'noCapacity',
  quota: 'noCapacity',
  auth: 'credentials',
};

function outcomeOf(wish: Wish, end: WishEnd, app: App, out: Output): Outcome {
  const about = { kind: 'Operation', deployment: wish.deployment };
  if (end.kind === 'ended') {
    const exit = exitOf(end.operation);
    return {
      exit,
      json: { ...about, outcome: end.operation.state, carriedOutBy: end.by, operation: operationJson(end.operation) },
      text: operationText(end.operation, out.dataStyle),
      ...(exit === 'done' ? {} : { note: nextAfter[exit] ?? '' }),
    };
  }
  if (end.kind === 'refused') {
    return {
      exit: end.reasons.every(({ code }) => code === 'NoReadyCapacity') ? 'noCapacity' : 'refused',
      json: { ...about, outcome: 'refused', reasons: end.reasons },
      text: ['Refused now:', ...reasonLines(end.reasons, app.clock.nowMs(), out.dataStyle)].join('\n'),
      note: 'Nothing was changed.',
    };
  }
  if (end.kind === 'nothing-to-do') {
    return {
      exit: 'done',
      json: { ...about, outcome: 'nothing-to-do', message: end.message },
      text: `Nothing to do: ${end.message}`,
    };
  }
  if (end.kind === 'withdrawn') return withdrawnOutcome(about, end.holder, app);
  if (end.kind === 'lease-lost') return lostOutcome(about, end.record, app);
  if (end.kind === 'held') return heldOutcome(about, end.operation, app);
  return stillRunning(about, end, wish, app);
}

const nextAfter: Readonly<Partial<Record<Exit, string>>> = {
  failed: 'It did not work. Why:  godwit explain last   What is in force now:  godwit status',
  noCapacity: 'There was no capacity to be had. What is in force now:  godwit status',
  credentials: 'The provider does not take our credentials. What is in force now:  godwit status',
  returned: 'It did not work and the earlier weights are back.  godwit status',
  unknown: 'A reply was lost, so it is not known how it ended. What is in force now:  godwit status',
};

function heldOutcome(
  about: { readonly kind: string; readonly deployment: string },
  held: Operation,
  app: App,
): Outcome {
  const { id } = held;
  return {
    exit: app.interrupted.aborted ? interruptedExit(app) : 'inProgress',
    json: { ...about, outcome: 'held', operation: operationJson(held) },
    note: `${id} is HELD: nothing is undone.  go on  godwit op resume ${id}   undo  godwit op return ${id}`,
  };
}

function stillRunning(
  about: { readonly kind: string; readonly deployment: string },
  end: Extract<WishEnd, { kind: 'still-running' }>,
  wish: Wish,
  app: App,
): Outcome {
  const { aborted } = app.interrupted;
  const id = end.operationId ?? 'the request';
  const who =
    end.holder === undefined
      ? 'no controller holds it; `godwit run` goes on with it'
      : `${end.holder.name}@${end.holder.host} (pid ${end.holder.pid}) goes on with it`;
  return {
    exit: aborted ? interruptedExit(app) : 'stillRunning',
    json: { ...about, outcome: 'still-running', operationId: end.operationId, holder: end.holder },
    note: `${aborted ? 'Stopped watching' : 'Stopped waiting for'} ${id}: ${who}.  godwit status ${wish.deployment}`,
  };
}

function interruptedExit({ interrupted }: App): Exit {
  return interrupted.reason === 'SIGTERM' ? 'terminated' : 'interrupted';
}

function withdrawnOutcome(
  about: { readonly kind: string; readonly deployment: string },
  holder: Extract<WishEnd, { kind: 'withdrawn' }>['holder'],
  app: App,
): Outcome {
  const who = holder === undefined ? '' : ` (${holder.name}@${holder.host}, pid ${holder.pid}, holds the lease)`;
  return {
    exit: app.interrupted.aborted ? interruptedExit(app) : 'leaseHeld',
    json: { ...about, outcome: 'withdrawn', holder },
    note: `Nobody took the request up in time${who}: it was taken back and nothing was changed.  godwit status ${about.deployment}`,
  };
}

function lostOutcome(
  about: { readonly kind: string; readonly deployment: string },
  record: Extract<WishEnd, { kind: 'lease-lost' }>['record'],
  app: App,
): Outcome {
  const holder =
    record === undefined
      ? 'nobody holds it now'
      : `held by ${record.holder.name}@${record.holder.host}, pid ${record.holder.pid}, renewed ${age(app.clock.nowMs() - record.renewedAtMs)} ago`;
  return {
    exit: 'leaseLost',
    json: { ...about, outcome: 'lease-lost', holder: record?.holder },
    note: `error: lost the lease in the middle: ${holder}; the holder goes on from the journal.  godwit status ${about.deployment}`,
  };
}
