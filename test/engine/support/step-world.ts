/** A world in which a lease is held and both sites are proven: what tests of single steps and operations start from. */
import { diagnose } from '../../../src/core/diagnose.ts';
import type { Context, StepRef } from '../../../src/engine/context.ts';
import { gripLease } from '../../../src/engine/lease-grip.ts';
import { openContext } from '../../../src/engine/open-context.ts';
import type { Recollection } from '../../../src/engine/recollect.ts';
import type { Diagnosis } from '../../../src/model/diagnosis.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Plan, Step } from '../../../src/model/plan.ts';
import type { Weights } from '../../../src/model/route.ts';
import type { Process } from './process.ts';
import { createWorld, type World, type WorldChange } from './world.ts';

export interface StepWorld extends World {
  readonly ctx: Context;
  readonly memory: Recollection;
  readonly process: Process;
  diagnosis(): Diagnosis;
  /** Never fires. */
  readonly calm: AbortSignal;
  /** Looks as the loop does, until the condition holds. */
  lookUntil(what: string, isMet: () => boolean): Promise<void>;
  /** Goes on looking as the loop does while the work runs, and moves time, until it ends. */
  work<T>(run: Promise<T>, limitMs?: number): Promise<T>;
}

/** `left` has all the weight; both sites hold what they should, and a few looks have proven it. */
export async function openStepWorld(change: WorldChange = {}): Promise<StepWorld> {
  const world = createWorld(change);
  for (const { site, replicas } of world.deployment.placements) {
    for (let slot = 0; slot < replicas; slot += 1) world.clouds.get(site)?.plant(slot);
  }
  return await holdIn(world, world.boot());
}

/** Takes the lease for a process and lets it look until it knows what stands. */
export async function holdIn(world: World, process: Process): Promise<StepWorld> {
  const calm = new AbortController().signal;
  const reply = await world.drive(gripLease(process.deps, 'chat', calm));
  if (reply.kind !== 'held') throw new Error(`the lease is ${reply.kind}`);
  const { ctx, memory } = await openContext(process.deps, world.deployment, reply.grip);
  await ctx.journal.append({ kind: 'lease', event: 'taken' });
  const diagnosis = (): Diagnosis => diagnose(ctx.view(), world.clock.nowMs());
  const look = async (): Promise<void> => {
    await ctx.observer.look(100, calm);
    await memory.refresh();
    const view = ctx.view();
    memory.keep({ kind: 'stay', diagnosis: diagnosis(), reasons: [] }, view);
  };
  const lookUntil = async (what: string, isMet: () => boolean): Promise<void> => {
    for (let turns = 0; !isMet(); turns += 1) {
      if (turns > 300) throw new Error(`not seen: ${what}`);
      await world.drive(look());
      await world.pass(100);
    }
  };
  const isKnown = (): boolean =>
    diagnosis().sites.every(({ site, ready }) => ready.length > 0 || world.probe.bad[site] !== undefined);
  await lookUntil('both sites known', () => isKnown() && ctx.view().route.kind === 'seen');
  await ctx.adopt(ctx.view().route);
  await world.drive(ctx.routes.refresh(ctx.view(), calm));
  await lookUntil('calm', () => ctx.calmSinceMs() !== undefined);
  return {
    ...world,
    ...{ ctx, memory, process, diagnosis, calm, lookUntil },
    async work(run, limitMs = 120_000) {
      let isEnded = false;
      const ended = run.finally(() => {
        isEnded = true;
      });
      ended.catch(() => undefined);
      const deadlineMonoMs = world.clock.monoMs() + limitMs;
      while (!isEnded) {
        if (world.clock.monoMs() > deadlineMonoMs) throw new Error(`no end within ${limitMs} ms`);
        await world.drive(look());
        await world.pass(100);
      }
      return await ended;
    },
  };
}

export const allLeft: Weights = { left: 100, right: 0 };
export const allRight: Weights = { left: 0, right: 100 };

export function planOf(steps: readonly Step[], change: Partial<Plan> = {}): Plan {
  return {
    ...{ kind: 'failover', deployment: 'chat', trigger: 'automatic', from: 'left', before: allLeft, after: allRight },
    ...{ steps, because: [], routeVersion: 1, requestId: undefined },
    ...change,
  };
}

/** An operation just opened, in the journal as the loop would have put it there. */
export async function opened(world: StepWorld, plan: Plan, change: Partial<Operation> = {}): Promise<Operation> {
  const operation: Operation = {
    ...{ id: 'op-1', plan, state: 'planned', by: world.process.deps.actor, epoch: world.ctx.grip.epoch },
    ...{ openedAtMs: world.clock.nowMs(), endedAtMs: undefined, step: 0, error: undefined },
    ...change,
  };
  await world.ctx.journal.append({ kind: 'operation', operation });
  return operation;
}

/** The first step of a plan of one. */
export async function onlyStep(world: StepWorld, step: Step, change: Partial<Plan> = {}): Promise<StepRef> {
  return { operation: await opened(world, planOf([step], change)), index: 0, step, past: [] };
}

export const weighRight: Step = {
  ...{ kind: 'weigh', name: '1-weigh right 100%', weights: allRight, gate: undefined, deadlineMs: 5000 },
};
