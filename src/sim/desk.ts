/** One desk: a person types a command there, waits for its end, and may press Ctrl-C or be cut off. */
import { type CarryOutOptions, carryOut } from '../engine/carry-out.ts';
import { preview } from '../engine/preview.ts';
import { say, type Word } from '../engine/say.ts';
import { assert } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import { isOrder, type Wish } from '../model/wish.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** How long a person waits for the end of what they asked for, in milliseconds. */
const patienceMs = 30_000;

/** What is typed, and what becomes of the one who waits for it. */
export interface Command {
  readonly wish: Wish;
  readonly options?: Omit<CarryOutOptions, 'timeoutMs'>;
  /** Milliseconds until Ctrl-C; absent: never. */
  readonly interruptAfterMs?: number | undefined;
  /** Milliseconds until the terminal is gone, and the process with it; absent: never. */
  readonly killAfterMs?: number | undefined;
  /** Looks at the plan first, and wants that one or none. */
  readonly isPlanned?: boolean;
}

/** Somebody there still waits for the end of a command. */
export function isBusy(desk: Host): boolean {
  return desk.life?.isAlive === true;
}

/** Begins a process that carries the command out as the program would. */
export function typeAt(world: World, desk: Host, command: Command): void {
  const { wish, options = {}, interruptAfterMs, killAfterMs, isPlanned = false } = command;
  const { life, deps, stop } = world.enter(desk, () => undefined, 'person');
  const { schedule } = world;
  if (interruptAfterMs !== undefined) schedule.after(interruptAfterMs, () => life.deliver(() => stop.abort()));
  if (killAfterMs !== undefined) schedule.after(killAfterMs, () => life.kill());
  const end = (): void => {
    life.isAlive = false;
  };
  const run = async (): Promise<void> => {
    const basis =
      isPlanned && !isOrder(wish.kind) ? (await preview(deps, wish, stop.signal)).planned?.basis : undefined;
    const wanted = basis === undefined ? wish : { ...wish, expect: basis };
    await carryOut(deps, wanted, { timeoutMs: patienceMs, ...options }, stop.signal);
  };
  run().then(end, end);
}

/** Begins a process that records the word. */
export function sayAt(world: World, desk: Host, word: Word): void {
  const { life, deps } = world.enter(desk, () => undefined, 'person');
  const end = (): void => {
    life.isAlive = false;
  };
  say(deps, word).then(end, end);
}

/** The one that a world is about. */
export function deploymentOf({ config }: Pick<World, 'config'>): Deployment {
  const [deployment] = config.deployments;
  assert(deployment !== undefined, 'a world has a deployment');
  return deployment;
}
