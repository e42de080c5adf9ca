/** Commands that say something of an operation under way, or of the last one that moved traffic. */
import type { WishEnd } from '../engine/carry-out.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Operation } from '../model/operation.ts';
import type { OrderKind, Wish } from '../model/wish.ts';
import { age } from '../model/words.ts';
import { operationJson } from '../report/json/operation.ts';
import { operationText, weightsSoFar, weightsText } from '../report/text/operation.ts';
import { clockTime } from '../report/text/time.ts';
import type { App } from './app.ts';
import { carryOutWatched } from './change/carry.ts';
import { isMild, needsReason, requireReason } from './change/options.ts';
import { heldText } from './change/outcome.ts';
import { outcomeWithDrains } from './change/outcome-with-drains.ts';
import { commandLine } from './change/typed-line.ts';
import { type Command, defineCommand, type InputSpec, type Outcome } from './command.ts';
import { confirm } from './confirm.ts';
import { findToOrder } from './find-operation.ts';
import { duration, flag, negation, reasonText, requiredText, text } from './inputs.ts';
import { findDeployment, openConfig } from './open-config.ts';
import { orderPreview } from './order-preview.ts';
import type { Output } from './output.ts';
import { isStoreDown, pinInstead } from './pin-instead.ts';

export interface OrderSpec {
  readonly kind: OrderKind;
  readonly summary: string;
  readonly examples: readonly string[];
  /** For `extend`: how it is said until when. */
  readonly options?: Readonly<Record<string, InputSpec<unknown>>>;
}

interface Typed {
  readonly reason: string | undefined;
  readonly yes: boolean;
  readonly wait: boolean;
  readonly timeout: number | undefined;
  readonly expires?: number | undefined;
  readonly deployment?: string | undefined;
}

export function defineOrder(spec: OrderSpec): Command {
  return defineCommand({
    name: `op ${spec.kind}`,
    summary: spec.summary,
    arguments: { operation: requiredText('operation', 'op-..., or `last`', 'operation') },
    options: {
      ...(spec.options ?? {}),
      reason: reasonText('--reason <text>', 'why, for the record'),
      yes: flag('-y, --yes', 'do not ask'),
      wait: negation('--no-wait', 'leave it to the controller'),
      timeout: duration('--timeout <time>', 'how long to wait, such as 10m; the operation itself goes on'),
      deployment: text(
        '--deployment <name>',
        'whose operation `last` is; with the store down: whose weights to hold or return',
        'deployment',
      ),
    },
    examples: spec.examples,
    formats: ['table', 'json', 'jsonl'],
    async run({ arguments: given, options, globals, typed }, app, out) {
      const config = await openConfig(app, globals);
      const own = options as unknown as Typed;
      if (own.deployment !== undefined) findDeployment(config, own.deployment);
      let operation: Operation;
      try {
        operation = await lookUp(app, config, given.operation, own, spec.kind);
      } catch (thrown) {
        return await orderAtGateway({ kind: spec.kind, operation: undefined, ...own }, config, app, thrown);
      }
      checkReason(spec.kind, own.reason, findDeployment(config, operation.plan.deployment), config);
      const danger = { level: isMild(spec.kind) ? 'mild' : 'moderate', why: [] } as const;
      const change = await orderPreview(spec.kind, operation, { config, app, style: out.noteStyle });
      const question = {
        ...{ what: [whatText(spec.kind, operation), ...change].join('\n'), danger, name: operation.plan.deployment },
        command: commandLine({ typed, configPath: config.path, add: ['--yes'] }),
      };
      const declined = await confirm(question, { yes: own.yes, confirm: undefined, globals }, app, out);
      if (declined !== undefined) return declined;
      const order = { kind: spec.kind, operation, ...own };
      return await giveOrder(order, config, app, out).catch((thrown: unknown) =>
        // A store that can be read and not written leaves the gateway. What was asked for already is told as unknown.
        orderAtGateway({ ...order, yes: true, deployment: operation.plan.deployment }, config, app, thrown),
      );
    },
  });
}

/** Throws `UsageInvalid` where everything that moves traffic needs a reason, and there is none. */
export function checkReason(kind: OrderKind, reason: string | undefined, deployment: Deployment, config: Config): void {
  if (needsReason({ kind }, deployment, config)) requireReason(`to ${kind} an operation of ${deployment.name}`, reason);
}

interface GatewayOrder extends Typed {
  readonly kind: OrderKind;
  /** Undefined: with the store down nobody knows it. */
  readonly operation: Operation | undefined;
}

/** The gateway keeps it: with the weights from before the operation, or one step back from what is in force. */
async function orderAtGateway(order: GatewayOrder, config: Config, app: App, thrown: unknown): Promise<Outcome> {
  const { kind, operation, reason } = order;
  if (!isStoreDown(thrown) || (kind !== 'hold' && kind !== 'return')) throw thrown;
  const name = nameAtGateway(kind, order, config, thrown);
  // What nobody but the gateway knows must say why it is there, and must end by itself.
  requireReason(`to ${kind} the weights of ${name} at the gateway`, reason);
  const { defaultExpiryMs } = findDeployment(config, name).failover.manual;
  const weights = kind === 'return' && operation !== undefined ? { weights: operation.plan.before } : {};
  const wish = { ...{ deployment: name, kind, reason, forMs: defaultExpiryMs }, ...weights };
  const pin = await pinInstead(app, config, wish, thrown);
  const isBlind = kind === 'return' && operation === undefined;
  const which = isBlind ? ' (one step back: the last ones that were others)' : '';
  const what =
    pin.weights === undefined ? 'the weights stay as they are' : `the weights are ${weightsText(pin.weights)}${which}`;
  return {
    exit: 'done',
    json: { kind: 'Pin', deployment: name, pin },
    text: `${name}: ${what}, and the gateway lets nobody move them${untilText(pin.untilMs)}; recorded once the store is back`,
    note: `The store is down: ${thrown.message}   let go  godwit unpause ${name}`,
  };
}

function untilText(untilMs: number | undefined): string {
  return untilMs === undefined ? '' : ` until ${clockTime(untilMs)}`;
}

/** Whose weights. Throws the failure with what to type when that is not said, or not meant. */
function nameAtGateway(
  kind: 'hold' | 'return',
  { deployment, yes }: GatewayOrder,
  config: Config,
  { code, message }: GodwitError,
): string {
  const [only, ...others] = config.deployments;
  const name =
    deployment === undefined ? (others.length === 0 ? only?.name : undefined) : findDeployment(config, deployment).name;
  if (name === undefined)
    throw new GodwitError(code, `${message}; the gateway can ${kind} the weights of one deployment`, {
      hint: `say which: godwit op ${kind} last --deployment NAME`,
    });
  if (kind === 'return' && !yes)
    throw new GodwitError(code, `${message}; the gateway itself can go one step back, to the last other weights`, {
      hint: `godwit op return last --deployment ${name} --yes`,
    });
  return name;
}

export interface Order extends Typed {
  readonly kind: OrderKind;
  readonly operation: Operation;
}

/** Given to whoever carries it out; without a controller this process leads until it is done. */
export async function giveOrder(order: Order, config: Config, app: App, out: Output): Promise<Outcome> {
  const { kind, operation, reason, expires, timeout, wait } = order;
  const { deployment } = operation.plan;
  const wish: Wish = {
    ...{ deployment, kind, from: undefined, to: undefined, reason, operationId: operation.id },
    ...(expires === undefined ? {} : { forMs: expires }),
  };
  const onInterrupt = kind === 'resume' ? 'hold' : 'detach';
  const options = { timeoutMs: timeout, onInterrupt, ...(wait ? {} : { waits: false }) } as const;
  const end = await carryOutWatched({ app, config, out }, wish, options);
  const obedient = await obeyed(order, end, config, app, out);
  return obedient ?? (await outcomeWithDrains(end, { deployment, app, out, waits: wait }, config));
}

async function lookUp(
  app: App,
  config: Config,
  typed: string,
  { deployment }: Typed,
  kind: OrderKind,
): Promise<Operation> {
  const store = await app.openStore(config);
  try {
    return await findToOrder(store, typed, kind, deployment);
  } finally {
    await store.close();
  }
}

function whatText(kind: OrderKind, { id, plan, state }: Operation): string {
  const pct = kind === 'return' || kind === 'abort' ? `, weights before: ${weightsText(plan.before)}` : '';
  return `${kind} ${id} (${plan.kind} of ${plan.deployment}, ${state}${pct})`;
}

/** What was asked for has come about; undefined: something else has, and is told as the end of any change. */
async function obeyed(
  { kind, operation: ordered }: Order,
  end: WishEnd,
  config: Config,
  app: App,
  out: Output,
): Promise<Outcome | undefined> {
  if (end.kind === 'held' && kind === 'hold') return doneWith(end.operation, heldText(end.operation, end.operation.id));
  if (end.kind !== 'ended') return undefined;
  const { operation } = end;
  if (kind === 'extend') return doneWith(operation, await extendedText(ordered, config, app));
  const isReturned = kind === 'return' && operation.state === 'returned';
  const isAborted = kind === 'abort' && operation.error?.code === 'Aborted';
  if (!isReturned && !isAborted) return undefined;
  const said = isAborted
    ? `${operation.id} was given up at ${weightsText(weightsSoFar(operation))}: that stays in force.`
    : `${operation.id} returned: the weights are ${weightsText(operation.plan.before)} again.`;
  return doneWith(operation, `${operationText(operation, out.dataStyle)}\n${said}`);
}

function doneWith(operation: Operation, said: string): Outcome {
  const about = { kind: 'Operation', deployment: operation.plan.deployment, outcome: operation.state };
  return { exit: 'done', json: { ...about, operation: operationJson(operation) }, text: said };
}

/** It is extended whatever is read now: a store that fails after that is no failure of what was asked for. */
async function extendedText({ id, plan }: Operation, config: Config, app: App): Promise<string> {
  const untilMs = await shiftEnd({ id, plan }, config, app).catch((thrown: unknown) => {
    if (isStoreDown(thrown)) return undefined;
    throw thrown;
  });
  if (untilMs === undefined) return `${id} was extended. Until when:  godwit status ${plan.deployment}`;
  return `${id} returns at ${clockTime(untilMs)} (in ${age(untilMs - app.clock.nowMs())})`;
}

async function shiftEnd({ id, plan }: Pick<Operation, 'id' | 'plan'>, config: Config, app: App) {
  const store = await app.openStore(config);
  try {
    const set = await store.standing.list(plan.deployment);
    return set.find((each) => each.kind === 'shift' && each.operationId === id)?.untilMs;
  } finally {
    await store.close();
  }
}
