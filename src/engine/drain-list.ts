/** What became of each request of a site that is emptied: the gateway keeps the list, so that no crash of ours loses it. */
import { assert } from '../errors.ts';
import type { DrainList } from '../model/drained.ts';
import type { Reply } from '../model/outcome.ts';
import { attemptWrite, type WriteTerms } from './attempt.ts';
import type { Context, StepRef, StepTold } from './context.ts';
import { drainedText } from './read-back.ts';
import { createReading } from './reading.ts';
import type { StepMemory } from './step-memory.ts';

/** One read of the list, in milliseconds: a local socket answers in single digits. */
const readTimeoutMs = 2000;

/** Once: the step that waits asks again where it may be had later. Nothing to do for a driver that keeps no list. */
export async function beginList(ctx: Context, site: string, terms: WriteTerms): Promise<Reply<void>> {
  const { traffic } = ctx.deps;
  if (traffic.drain === undefined) return { kind: 'done', value: undefined };
  const begin = traffic.drain.bind(traffic);
  const once = { ...terms, isSingle: true };
  return await attemptWrite(ctx.deps, ctx.grip, once, (call) => begin(ctx.deployment.name, site, call));
}

/** What the end of a drain, or of the cut after it, has to say: counts in one line, and the list. */
export async function emptiedTold(
  ctx: Context,
  { operation, step }: StepRef,
  memory: StepMemory,
  signal: AbortSignal,
): Promise<StepTold> {
  assert(step.kind === 'drain' || step.kind === 'cut', `${step.name} empties nothing`);
  const list = await listOf(ctx, operation.id, step.site, signal);
  // Of a drain it is what the provider was told, and of a cut its count.
  const said = memory.said === undefined ? '' : `; ${memory.said}`;
  const detail = step.kind === 'drain' ? `${drainedText(memory, list)}${said}` : memory.said;
  // Nothing ran when it was looked at first, so there was no list to begin; or the drain before has said why there is none.
  return memory.intendedAtMs !== undefined || list.kind === 'listed' ? { detail, drained: list } : { detail };
}

/** As it stands now. */
async function listOf(ctx: Context, operationId: string, site: string, signal: AbortSignal): Promise<DrainList> {
  const { traffic, clock } = ctx.deps;
  if (traffic.drained === undefined)
    return { kind: 'unlisted', site, why: 'what moves the traffic keeps no list of requests' };
  const read = traffic.drained.bind(traffic);
  const reading = createReading(clock, readTimeoutMs);
  const seen = await reading(signal, (call) => read(ctx.deployment.name, site, operationId, call));
  if (seen.kind === 'unknown') return { kind: 'unlisted', site, why: seen.error.message };
  return { kind: 'listed', ...seen.value };
}
