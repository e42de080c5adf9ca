/** Options that every changing command shares, and what they mean. */
import type { CarryOutOptions } from '../../engine/carry-out.ts';
import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { Deployment } from '../../model/deployment.ts';
import { reasonCodes } from '../../model/reason.ts';
import type { Wish } from '../../model/wish.ts';
import type { InputSpec } from '../command.ts';
import { choice, duration, flag, negation, repeatable, text } from '../inputs.ts';

/** What a plan is made with. */
export const planOptions = {
  reason: text('--reason <text>', 'why, for the record'),
  override: repeatable('--override <rule>', 'a rule you answer for, such as LastServingSite; may be repeated', [
    ...reasonCodes,
  ]),
};

/** How it is confirmed and waited for. */
export const termOptions = {
  yes: flag('-y, --yes', 'do not ask; never enough for what is severe'),
  confirm: text('--confirm <name>', 'the deployment once more, for what is severe'),
  dryRun: flag('--dry-run', 'show the plan and change nothing; the same as godwit plan'),
  wait: negation('--no-wait', 'print the operation and leave it to the controller'),
  isWaiting: flag('--wait', 'wait until it is done; the default'),
  timeout: duration('--timeout <time>', 'how long to wait, such as 10m; the operation itself goes on'),
  onInterrupt: choice(
    '--on-interrupt <what>',
    'what Ctrl-C means: hold, return or detach',
    ['hold', 'return', 'detach'],
    'hold',
  ),
  requestId: text('--request-id <id>', 'a name for this request: asked twice it is done once'),
  ifDigest: text('--if-digest <digest>', 'only if the plan is still the one of this digest'),
};

/** As parsed. */
export interface Terms {
  readonly yes: boolean;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeout: number | undefined;
  readonly onInterrupt: 'hold' | 'return' | 'detach';
  readonly requestId: string | undefined;
  readonly ifDigest: string | undefined;
}

/** Who is never asked and never waits must say so: nothing is confirmed by a plan. */
export const planOnly: Terms = {
  ...{ yes: false, confirm: undefined, dryRun: true, wait: true, timeout: undefined, onInterrupt: 'hold' },
  ...{ requestId: undefined, ifDigest: undefined },
};

/** What the engine is told of them. */
export function carryOutOptions({ timeout, onInterrupt, requestId, wait }: Terms): CarryOutOptions {
  return {
    timeoutMs: timeout,
    onInterrupt,
    ...(requestId === undefined ? {} : { requestId }),
    ...(wait ? {} : { waits: false }),
  };
}

/** Throws `UsageInvalid`: people who read the record later need to know why. */
export function requireReason(what: string, reason: string | undefined): void {
  if (reason !== undefined && reason.trim() !== '') return;
  throw new GodwitError('UsageInvalid', `${what} needs a reason`, {
    hint: 'add --reason "what it is for"',
  });
}

/**
 * Verbs that change more than a person can see at once and rules that somebody answers for; with a protected environment
 * or a policy that says so everything but what moves nothing by itself. No confirmation stands in for it.
 */
export function needsReason(
  { kind, overrides = [] }: Pick<Wish, 'kind' | 'overrides'>,
  { failover }: Pick<Deployment, 'failover'>,
  { isProtected }: Pick<Config, 'isProtected'>,
): boolean {
  const isBig = kind === 'shift' || kind === 'stop' || kind === 'migrate';
  const isAsked = isProtected === true || failover.manual.requiresReason;
  return overrides.length > 0 || isBig || (isAsked && !isMild(kind));
}

/** Nothing moves for these but what was planned. */
export function isMild(kind: Wish['kind']): boolean {
  return kind === 'hold' || kind === 'resume' || kind === 'extend';
}

const hourMs = 3_600_000;

/** How long a shift lasts. Throws `UsageInvalid` beyond what the policy allows. */
export function expiryOf(typedMs: number | undefined, { failover }: Pick<Deployment, 'failover'>): number {
  const { defaultExpiryMs, maxExpiryMs } = failover.manual;
  const forMs = typedMs ?? defaultExpiryMs;
  if (forMs <= maxExpiryMs) return forMs;
  const most = `${Math.round(maxExpiryMs / hourMs)}h`;
  throw new GodwitError('UsageInvalid', `a shift may last ${most} at most`, {
    hint: `--expires ${most}, and later godwit op extend last --expires TIME`,
  });
}

/** The parsed values of a map of options. */
export type Values<O extends Readonly<Record<string, InputSpec<unknown>>>> = {
  readonly [K in keyof O]: O[K] extends InputSpec<infer T> ? T : never;
};
