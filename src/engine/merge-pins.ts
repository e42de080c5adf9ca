/** Takes over what people said to the gateway while the store was down: recorded, obeyed, and no longer the gateway's to keep. */

import { shiftOf } from '../core/standing.ts';
import type { JournalBody } from '../model/journal-entry.ts';
import type { Pin } from '../model/pin.ts';
import { isInForce, type Standing, standingKey } from '../model/standing.ts';
import type { ManualDriver } from '../ports/traffic-driver.ts';
import type { Context } from './context.ts';
import { createReading } from './reading.ts';
import { steer, type Underway } from './steer.ts';

/** One call to the gateway, in milliseconds: the loop waits for it, and a gateway that hangs must not hold it up. */
const timeoutMs = 250;
/** A person who put the weights back meant them to stay: automation leaves them alone for this long, in milliseconds. */
const restMs = 3_600_000;

/** Nothing to do for a driver without pins, and while the gateway is not seen: then it is asked again at the next turn. */
export async function mergePins(ctx: Context, underway: Underway | undefined, signal: AbortSignal): Promise<void> {
  const driver = ctx.deps.traffic;
  if (!hasPins(driver)) return;
  const reading = createReading(ctx.deps.clock, timeoutMs);
  const seen = await reading(signal, (call) => driver.pins(ctx.deployment.name, call));
  if (seen.kind === 'unknown') return;
  const { pins, standing } = seen.value;
  for (const pin of pins) {
    const stands = standing.includes(pin.number);
    if (!pin.isMerged) {
      await ctx.journal.append({ kind: 'pin', pin }, ...(stands ? standingFor(ctx, pin) : []));
      if (stands) await order(ctx, pin, underway);
      // Only now: what is recorded twice is harmless, what is forgotten is not.
      await driver.merged(ctx.deployment.name, pin.number, callOf(ctx, signal));
    }
    // Also one that was taken over by somebody who died before this: nothing could move any more.
    if (stands) await letGo(ctx, driver, pin, signal);
  }
}

type WithPins = Pick<ManualDriver, 'pins' | 'merged' | 'release'>;

function hasPins(driver: Partial<ManualDriver>): driver is WithPins {
  return driver.pins !== undefined && driver.merged !== undefined && driver.release !== undefined;
}

function callOf(ctx: Context, signal: AbortSignal) {
  return { signal, deadlineAtMonoMs: ctx.deps.clock.monoMs() + timeoutMs };
}

/**
 * A pause stays one. Weights that were put back rest for a while, or automation would move them again at once; a move for a
 * time that they took back is over.
 */
function standingFor(ctx: Context, { kind, by, reason, untilMs }: Pin): readonly JournalBody[] {
  if (kind !== 'pause' && kind !== 'return') return [];
  const nowMs = ctx.deps.clock.nowMs();
  const view = ctx.view();
  const why = 'said to the gateway';
  const shift = kind === 'return' ? shiftOf(view) : undefined;
  const ended: readonly JournalBody[] = shift === undefined ? [] : [{ kind: 'standing', key: standingKey(shift), why }];
  const present = view.standing.find((each) => each.kind === 'pause' && isInForce(each, nowMs));
  const endMs = untilMs ?? nowMs + restMs;
  // Who paused for longer meant it.
  if (present !== undefined && (present.untilMs ?? Number.POSITIVE_INFINITY) >= endMs) return ended;
  const said = reason ?? `${kind} while the store was down`;
  const standing: Standing = {
    ...{ kind: 'pause', deployment: ctx.deployment.name, by, atMs: nowMs, untilMs: endMs },
    reason: present?.reason === undefined ? said : `${present.reason}; ${said}`,
  };
  return [...ended, { kind: 'standing', key: standingKey(standing), standing, why }];
}

/** What was under way is held, or given up in favour of the weights that a person put in force. */
async function order(ctx: Context, { kind, by, reason }: Pin, underway: Underway | undefined): Promise<void> {
  if (underway === undefined || kind === 'pause' || kind === 'release') return;
  const message = `${by.name}@${by.host} said ${kind} to the gateway: ${reason ?? 'no reason given'}`;
  const { id } = underway.course.operation;
  await steer(
    ctx,
    {
      ...{ order: kind === 'hold' ? 'hold' : 'abort', operationId: id, untilMs: undefined, request: undefined },
      said: { by, reason },
      because: [{ code: 'AskedByPerson', message }],
    },
    underway,
  );
}

async function letGo(ctx: Context, driver: WithPins, { number }: Pin, signal: AbortSignal): Promise<void> {
  const request = { deployment: ctx.deployment.name, by: ctx.deps.actor, reason: 'taken over', number };
  const reply = await driver.release(request, callOf(ctx, signal));
  if (reply.kind === 'done') return;
  const message = `pin ${number} stays at the gateway: ${reply.error.message}`;
  ctx.journal.tell({ type: 'warning', message });
}
