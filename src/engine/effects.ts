/** What each kind of step does to the world. */

import { isStopped } from '../core/plan/reached.ts';
import { assert } from '../errors.ts';
import type { Operation } from '../model/operation.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Plan, StepEffect } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Replica } from '../model/replica.ts';
import { attemptWrite, type WriteTerms } from './attempt.ts';
import type { Context, StepRef } from './context.ts';
import { beginList } from './drain-list.ts';
import { type EffectTerms, passingClasses } from './effect-terms.ts';
import { hunt } from './hunt.ts';
import { launch } from './launch.ts';
import { markDraining } from './mark-draining.ts';
import { release, toRelease } from './release.ts';
import { toTrim, trim } from './trim.ts';

/** One write to the gateway, in milliseconds: a local socket answers in single digits. */
const writeTimeoutMs = 2000;
/** Beyond a replica's own grace after SIGTERM, in milliseconds. */
const stopSlackMs = 5000;

const done: Reply<void> = { kind: 'done', value: undefined };

/** Issues the step's effect under its deterministic keys; a step that only waits answers done at once. */
export async function applyEffect(
  ctx: Context,
  at: StepRef,
  { deadlineAtMonoMs, signal, refusals, unsettled, held, stopped, tell, ...effect }: EffectTerms,
): Promise<Reply<void>> {
  const { step, operation, index } = at;
  const terms: WriteTerms = {
    operationId: operation.id,
    idempotencyKey: `${operation.id}/${index}`,
    deadlineAtMonoMs,
    tryTimeoutMs: writeTimeoutMs,
    signal,
  };
  switch (step.kind) {
    case 'stamp':
      return await attemptWrite(ctx.deps, ctx.grip, terms, (call) => ctx.deps.traffic.stamp(ctx.deployment.name, call));
    case 'undo':
      return await undo(ctx, operation, terms, tell);
    case 'launch':
      return await launch(ctx, at, step, { ...terms, refusals, unsettled, held, memory: effect.launch });
    case 'hunt':
      return await hunt(ctx, at, step, { ...terms, ...effect, unsettled });
    case 'weigh':
      return await ctx.routes.weigh(step.weights, ctx.view(), terms);
    case 'fence':
      return await fence(ctx, operation.plan, step.site, terms);
    case 'cut':
      return await cut(ctx, step.site, terms, tell);
    case 'stop':
      return await stopSite(ctx, step, { ...terms, stopped });
    case 'release':
      return await release(ctx, step, { ...terms, stopped, tell });
    case 'trim':
      return await trim(ctx, step, { ...terms, stopped, tell, wait: effect.wait });
    case 'drain':
      return await drain(ctx, step.site, terms, tell);
    case 'prove':
    case 'race':
    case 'settle':
      return done;
  }
}

/** Whoever reads the record of the drill finds there what ended it. */
async function undo(ctx: Context, { id, plan, by }: Operation, terms: WriteTerms, tell: EffectTerms['tell']) {
  const { traffic } = ctx.deps;
  if (traffic.lift === undefined) return done;
  const lift = traffic.lift.bind(traffic);
  const because = `${id}: ${plan.trigger} ${plan.kind}, carried out by ${by.name}@${by.host}`;
  const reply = await attemptWrite(ctx.deps, ctx.grip, terms, (call) => lift(ctx.deployment.name, { because }, call));
  if (reply.kind === 'done') tell('the drill is aborted');
  return reply;
}

/** The provider is told while the list is begun; what came of that is for the record alone. */
async function drain(ctx: Context, site: string, terms: WriteTerms, tell: EffectTerms['tell']): Promise<Reply<void>> {
  const marking = markDraining(ctx, site, terms);
  const reply = await beginList(ctx, site, terms);
  if (marking !== undefined) tell(await marking);
  return passing(reply);
}

/** A gateway that writes nothing down is no reason not to drain: what is missing is said at the end. */
function passing(reply: Reply<void>): Reply<void> {
  return reply.kind === 'refused' && !passingClasses.has(reply.error.class) ? done : reply;
}

/** The weights normally are there already; writing them again is what makes an old gateway state impossible. */
async function fence(ctx: Context, { after }: Plan, site: string, terms: WriteTerms): Promise<Reply<void>> {
  assert((after[site] ?? 0) === 0, `${site} keeps weight in this plan and cannot be fenced`);
  return await ctx.routes.weigh(after, ctx.view(), terms);
}

/** A driver that cannot cut leaves it to the stop that follows. */
async function cut(ctx: Context, site: string, terms: WriteTerms, tell: EffectTerms['tell']): Promise<Reply<void>> {
  const { traffic } = ctx.deps;
  if (traffic.cut === undefined) return done;
  const write = traffic.cut.bind(traffic);
  const reply = await attemptWrite(ctx.deps, ctx.grip, terms, (call) => write(ctx.deployment.name, site, call));
  if (reply.kind !== 'done') return reply;
  tell(`${reply.value.cut} cut, ${reply.value.moved} without a first byte moved elsewhere`);
  return done;
}

function notFenced(site: string): ProviderError {
  return { class: 'conflict', code: 'SourceNotFenced', message: `the gateway still gives weight to ${site}` };
}

/** The gateway is read anew before every try: what it said a moment ago is not enough to stop what may be serving. */
async function stopSite(
  ctx: Context,
  step: StepEffect & { kind: 'stop' },
  { stopped, ...terms }: WriteTerms & Pick<EffectTerms, 'stopped'>,
): Promise<Reply<void>> {
  const provider = ctx.deps.providers.get(step.site);
  const placement = ctx.deployment.placements.find((each) => each.site === step.site);
  assert(placement !== undefined && provider !== undefined, `nothing can be stopped at ${step.site}`);
  const seen = await ctx.observer.readReplicas(step.site, terms.signal);
  if (seen.kind === 'unknown') return seen;
  // Last of all, so that as little as can be happens between this answer and the stop.
  const route = await ctx.observer.readRoute(terms.signal);
  if (route.kind === 'unknown') return route;
  if ((route.value?.weights[step.site] ?? 0) > 0) return { kind: 'refused', error: notFenced(step.site) };
  const tryTimeoutMs = placement.launch.stopGraceMs + stopSlackMs;
  // What an earlier try stopped is not stopped again: a cloud may not know it any more.
  const replies = await Promise.all(
    toStop(step, seen, stopped).map(async (replica) => {
      const reply = await attemptWrite(
        ctx.deps,
        ctx.grip,
        { ...terms, idempotencyKey: `${terms.idempotencyKey}/${replica.id}`, tryTimeoutMs, isSingle: true },
        (call) => provider.stop(replica, step.how, call),
      );
      if (reply.kind === 'done') stopped.add(replica.id);
      return reply;
    }),
  );
  return replies.find((reply) => reply.kind === 'refused') ?? replies.find((reply) => reply.kind === 'unknown') ?? done;
}

/** Runs, and was not stopped yet by this step: after a stop too, for the list that it went by may have been short. */
export function toStop(
  step: StepEffect,
  seen: Seen<readonly Replica[]> | undefined,
  stopped: ReadonlySet<string>,
): readonly Replica[] {
  if (step.kind === 'release') return toRelease(step, seen, stopped);
  if (step.kind === 'trim') return toTrim(step, seen, stopped);
  if (step.kind !== 'stop' || seen?.kind !== 'seen') return [];
  return seen.value.filter((replica) => !isStopped(step.how, replica) && !stopped.has(replica.id));
}
