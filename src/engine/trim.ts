/** Takes away what is beyond a site's number: each replica as soon as nothing runs there, all of them once their time is over. */
import { isStopped } from '../core/plan/reached.ts';
import { countText } from '../core/scale.ts';
import { hasSlot, keptBy } from '../core/slots.ts';
import { assert } from '../errors.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Step, StepEffect } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import { attemptWrite, type WriteTerms } from './attempt.ts';
import type { Context } from './context.ts';
import type { EffectTerms } from './effect-terms.ts';
import { ownCount } from './own-count.ts';
import { pollMs } from './step-pace.ts';

type TrimStep = Step & { readonly kind: 'trim' };
type TrimTerms = WriteTerms & Pick<EffectTerms, 'stopped' | 'tell' | 'wait'>;

/** Beyond a replica's own grace after SIGTERM, in milliseconds. */
const stopSlackMs = 5000;

const done: Reply<void> = { kind: 'done', value: undefined };

/** One round of it: who waits for a request to end is asked again. */
export async function trim(ctx: Context, step: TrimStep, terms: TrimTerms): Promise<Reply<void>> {
  const { stopped, tell, wait, ...write } = terms;
  const provider = ctx.deps.providers.get(step.site);
  const placement = ctx.deployment.placements.find((each) => each.site === step.site);
  assert(placement !== undefined && provider !== undefined, `nothing can be stopped at ${step.site}`);
  const seen = await ctx.observer.readReplicas(step.site, terms.signal);
  if (seen.kind === 'unknown') return seen;
  // The loop publishes them as draining at its next turn: here it need not be waited for.
  await ctx.routes.refresh(ctx.view(), terms.signal);
  const route = await ctx.observer.readRoute(terms.signal);
  if (route.kind === 'unknown') return route;
  const beyond = toTrim(step, seen, stopped);
  const withdrawn = beyond.filter(isWithdrawn(route.value));
  const free = await freeOf(ctx, withdrawn, { step, routeVersion: route.value?.routeVersion ?? 0 }, terms);
  const tryTimeoutMs = placement.launch.stopGraceMs + stopSlackMs;
  const replies = await Promise.all(
    free.map(async (replica) => {
      const own = { ...write, idempotencyKey: `${write.idempotencyKey}/${replica.id}`, tryTimeoutMs, isSingle: true };
      const reply = await attemptWrite(ctx.deps, ctx.grip, own, (call) => provider.stop(replica, step.how, call));
      if (reply.kind === 'done') stopped.add(replica.id);
      return reply;
    }),
  );
  if (stopped.size > 0) tell(`${countText(stopped.size)} ${step.how === 'delete' ? 'deleted' : 'stopped'}`);
  const bad = replies.find((reply) => reply.kind === 'refused') ?? replies.find((reply) => reply.kind === 'unknown');
  if (bad === undefined && free.length < beyond.length) wait(pollMs);
  return bad ?? done;
}

/** Beyond the number, and not stopped by this step yet. */
export function toTrim(
  step: Step | StepEffect,
  seen: Seen<readonly Replica[]> | undefined,
  stopped: ReadonlySet<string>,
): readonly Replica[] {
  if (step.kind !== 'trim' || seen?.kind !== 'seen') return [];
  return seen.value.filter(
    (replica) => !hasSlot(keptBy(step), replica.slot) && !isStopped(step.how, replica) && !stopped.has(replica.id),
  );
}

/** The gateway sends it nothing new: only then does a count of none stay so. */
function isWithdrawn(entry: RouteEntry | undefined): (replica: Replica) => boolean {
  const listed = (entry?.sites ?? []).flatMap(({ replicas }) => replicas);
  return ({ id }) => listed.every((each) => each.id !== id || each.state === 'draining');
}

/** Without any running request, as the gateway and the model server count them; whatever runs, once the time is over. */
async function freeOf(
  ctx: Context,
  withdrawn: readonly Replica[],
  { step, routeVersion }: { readonly step: TrimStep; readonly routeVersion: number },
  { deadlineAtMonoMs, signal }: TrimTerms,
): Promise<readonly Replica[]> {
  const drainedByMonoMs = deadlineAtMonoMs - (step.deadlineMs - step.drainMs);
  if (withdrawn.length === 0 || ctx.deps.clock.monoMs() >= drainedByMonoMs) return withdrawn;
  // After the table: a count from before it may be followed by a request.
  const traffic = await ctx.observer.readTraffic(signal);
  if (traffic.kind === 'unknown' || traffic.value.routeVersion < routeVersion) return [];
  const counted = traffic.value.sites.flatMap(({ replicas }) => replicas);
  const running = new Set(counted.filter(({ inFlight }) => inFlight > 0).map(({ replica }) => replica));
  const idle = withdrawn.filter(({ id }) => !running.has(id));
  const own = await Promise.all(idle.map((replica) => ownCount(ctx, [replica], signal)));
  return idle.filter((_, index) => own[index] === 0);
}
