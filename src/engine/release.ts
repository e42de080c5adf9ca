/** Stops what a hedged hunt has started at a site that did not win, by the keys of its own starts. */
import { isStopped } from '../core/plan/reached.ts';
import { isAlive, readyReplicas } from '../core/readiness.ts';
import { assert } from '../errors.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Released, Step, StepEffect } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Replica } from '../model/replica.ts';
import { attemptWrite, type WriteTerms } from './attempt.ts';
import type { Context } from './context.ts';
import type { EffectTerms } from './effect-terms.ts';

type ReleaseStep = StepEffect & { readonly kind: 'release' };

/** Beyond a replica's own grace after SIGTERM, in milliseconds. */
const stopSlackMs = 5000;

/** Waits, rather than stops, while nobody sees that the site has no traffic and that what stays instead is proven. */
export async function release(
  ctx: Context,
  step: ReleaseStep,
  { stopped, tell, ...terms }: WriteTerms & Pick<EffectTerms, 'stopped' | 'tell'>,
): Promise<Reply<void>> {
  const provider = ctx.deps.providers.get(step.site);
  const placement = ctx.deployment.placements.find((each) => each.site === step.site);
  assert(placement !== undefined && provider !== undefined, `nothing can be released at ${step.site}`);
  const kept = step.own?.kept ?? [];
  const [seen, ...others] = await Promise.all(
    [step.site, ...kept.map(({ site }) => site)].map((site) => ctx.observer.readReplicas(site, terms.signal)),
  );
  const unseen = [seen, ...others].find((each) => each?.kind === 'unknown');
  if (seen === undefined || unseen?.kind === 'unknown') return unseen ?? done;
  // Last of all, as before any stop: what serves by now is not the hunt's alone any more.
  const route = await ctx.observer.readRoute(terms.signal);
  if (route.kind === 'unknown') return route;
  if ((route.value?.weights[step.site] ?? 0) > 0) return done;
  // A proof may be as old as the policy lets it be: whether it still lives is asked anew.
  const lives = kept.every((each, index) => aliveIn(others[index]) >= each.replicas);
  if (!lives || !isKeptProven(ctx, step)) return { kind: 'refused', error: notProven(step) };
  const tryTimeoutMs = placement.launch.stopGraceMs + stopSlackMs;
  const replies = await Promise.all(
    toRelease(step, seen, stopped).map(async (replica) => {
      const own = { ...terms, idempotencyKey: `${terms.idempotencyKey}/${replica.id}`, tryTimeoutMs, isSingle: true };
      const reply = await attemptWrite(ctx.deps, ctx.grip, own, (call) => provider.stop(replica, step.how, call));
      if (reply.kind === 'done') stopped.add(replica.id);
      return reply;
    }),
  );
  if (stopped.size > 0) tell(`${stopped.size} ${step.how === 'delete' ? 'deleted' : 'stopped'}`);
  return replies.find((reply) => reply.kind === 'refused') ?? replies.find((reply) => reply.kind === 'unknown') ?? done;
}

const done: Reply<void> = { kind: 'done', value: undefined };

function aliveIn(seen: Seen<readonly Replica[]> | undefined): number {
  return seen?.kind === 'seen' ? seen.value.filter(({ state }) => isAlive(state)).length : 0;
}

/** Nothing that stood there before, nor what somebody else started there since. */
export function toRelease(
  step: Step | StepEffect,
  seen: Seen<readonly Replica[]> | undefined,
  stopped: ReadonlySet<string>,
): readonly Replica[] {
  if (step.kind !== 'release' || seen?.kind !== 'seen') return [];
  const keys = new Set(step.own?.starts.map(({ startKey }) => startKey));
  return seen.value.filter(
    (replica) => keys.has(replica.startKey) && !isStopped(step.how, replica) && !stopped.has(replica.id),
  );
}

/** The winner; of a race that something else ended: any site with traffic. */
function isKeptProven(ctx: Context, { site, own }: ReleaseStep): boolean {
  const view = ctx.view();
  const ready = (name: string): number => {
    const found = view.sites.find((each) => each.site.name === name);
    return found === undefined ? 0 : readyReplicas(view, found, ctx.deps.clock.nowMs()).length;
  };
  const { kept }: Pick<Released, 'kept'> = own ?? { kept: [] };
  if (kept.length > 0) return kept.every((each) => ready(each.site) >= each.replicas);
  const weights = view.route.kind === 'seen' ? (view.route.value?.weights ?? {}) : {};
  return Object.keys(weights).some((name) => name !== site && (weights[name] ?? 0) > 0 && ready(name) > 0);
}

function notProven({ site, own }: ReleaseStep): ProviderError {
  const names = own?.kept.map((each) => each.site).join(', ');
  const what = names === undefined || names === '' ? 'nothing that has traffic' : `what won at ${names}`;
  const verb = names === undefined || names === '' ? 'is' : 'is not';
  return {
    class: 'transient',
    code: 'WinnerNotProven',
    message: `${what} ${verb} proven now: what was started at ${site} stays`,
  };
}
