/** What people might type: any verb, any order, a pause, an acknowledgement; also what makes no sense just now. */
import type { Word } from '../engine/say.ts';
import { type OrderKind, orderKinds, type Verb, verbs, type Wish } from '../model/wish.ts';
import type { Random } from '../ports/random.ts';
import { type Command, deploymentOf } from './desk.ts';
import { oneOf } from './strikes.ts';
import type { World } from './world.ts';

/** Longest time that something is moved or paused for, in milliseconds. */
const longestForMs = 30_000;
/** Moves for a time and what empties a site come more often: they are what most is promised of. */
const usual = verbs.filter((verb) => verb !== 'scale');
const drawn: readonly Verb[] = [...usual, 'shift', 'shift', 'drain', 'migrate', 'stop'];

/** A move as it always was: of all that is typed, the plainest. */
export function drawMove(world: World, random: Random): Command {
  const sites = [...world.clouds.keys()];
  const wish: Wish = {
    ...{
      deployment: deploymentOf(world).name,
      kind: random.next() < 0.5 ? 'failover' : 'switchover',
      reason: 'simulated',
    },
    from: random.next() < 0.3 ? oneOf(sites, random.next()) : undefined,
    to: random.next() < 0.7 ? oneOf(sites, random.next()) : undefined,
  };
  return { wish, ...drawEnd(random) };
}

/** Half are cut short by Ctrl-C, some lose their terminal. */
function drawEnd(random: Random): Pick<Command, 'interruptAfterMs' | 'killAfterMs'> {
  return {
    interruptAfterMs: random.next() < 0.5 ? random.next() * 5000 : undefined,
    killAfterMs: random.next() < 0.2 ? random.next() * 5000 : undefined,
  };
}

/** Any verb with any of its options, and what Ctrl-C is to mean. */
export function drawVerb(world: World, random: Random): Command {
  const { hasShelves, scaled } = world.options;
  if (scaled !== undefined && random.next() < scaled) return drawScale(world, random);
  const isHunt = hasShelves && random.next() < 0.25;
  const kind = isHunt ? 'start' : (oneOf(drawn, random.next()) ?? 'shift');
  const wish = verbWish(world, kind, random);
  const onInterrupt = oneOf(['hold', 'return', 'detach'] as const, random.next()) ?? 'detach';
  const options = { onInterrupt, waits: random.next() < 0.9 };
  return { wish, options, isPlanned: random.next() < 0.3, ...drawEnd(random) };
}

/** Any number, from none to one more than twice the usual. */
function drawScale(world: World, random: Random): Command {
  const wish: Wish = {
    ...{ deployment: deploymentOf(world).name, kind: 'scale', reason: 'simulated', to: undefined },
    from: oneOf([...world.clouds.keys()], random.next()),
    replicas: Math.floor(random.next() * (2 * world.options.replicas + 2)),
    ...(random.next() < 0.2 ? { overrides: ['RemovalVelocity'] as const } : {}),
    ...(random.next() < 0.2 ? { trigger: 'rebalance' as const } : {}),
  };
  return { wish, options: { onInterrupt: 'hold', waits: true }, isPlanned: random.next() < 0.3, ...drawEnd(random) };
}

function verbWish(world: World, kind: Verb, random: Random): Wish {
  const sites = [...world.clouds.keys()];
  const site = (): string | undefined => oneOf(sites, random.next());
  const named = ['start', 'drain', 'stop'].includes(kind);
  const base = { deployment: deploymentOf(world).name, kind, reason: 'simulated', mayWake: random.next() < 0.7 };
  const how = oneOf(['stop', 'delete'] as const, random.next()) ?? 'delete';
  const overrides = random.next() < 0.1 ? (['LastServingSite'] as const) : [];
  const from = named || random.next() < 0.4 ? site() : undefined;
  const to = !named && random.next() < 0.6 ? site() : undefined;
  if (kind === 'start' && world.options.hasShelves && random.next() < 0.7)
    return { ...base, from: undefined, to: undefined, ...drawHunt(world, random) };
  const forMs = 2000 + random.next() * longestForMs;
  const isPart = random.next() < 0.5;
  const sharePct = 1 + Math.floor(random.next() * 99);
  const split = splitOf(sites, random);
  if (kind !== 'shift') return { ...base, from, to, how, overrides };
  return {
    ...{ ...base, from, to: isPart ? to : undefined, overrides, forMs },
    ...(isPart ? { sharePct } : { split, stepsPct: [sharePct, 100] }),
  };
}

/** Wherever it can be had: any number, sometimes with a wait. */
function drawHunt(world: World, random: Random): Pick<Wish, 'anywhere' | 'replicas' | 'waitMs' | 'hedge'> {
  const replicas = 1 + Math.floor(random.next() * world.options.replicas * 2);
  const waitMs = 2000 + random.next() * longestForMs;
  // No draw of its own: everything else is typed as it always was.
  const isHedged = Math.floor(waitMs) % 3 === 0;
  return {
    ...{ anywhere: true, replicas, ...(random.next() < 0.5 ? { waitMs } : {}) },
    ...(isHedged ? { hedge: true } : {}),
  };
}

/** Two of them, with any shares. */
function splitOf(sites: readonly string[], random: Random): Record<string, number> {
  const first = Math.floor(random.next() * sites.length);
  const second = (first + 1 + Math.floor(random.next() * (sites.length - 1))) % sites.length;
  const share = 1 + Math.floor(random.next() * 98);
  return { [sites[first] ?? '']: share, [sites[second] ?? '']: 100 - share };
}

/** Mostly about what is under way; undefined while nothing was ever done. */
export function drawOrder(world: World, random: Random): Command | undefined {
  const draw = random.next();
  const kind = oneOf(orderKinds, random.next()) ?? 'hold';
  const isOpen = draw < 0.8;
  const forMs = 2000 + random.next() * longestForMs;
  const waits = random.next() < 0.7;
  const wish = orderWish(world, kind, isOpen ? 'open' : 'last');
  return wish && { wish: { ...wish, forMs }, options: { waits }, ...drawEnd(random) };
}

/** Undefined while there is no such operation. */
export function orderWish(world: World, kind: OrderKind, about: 'open' | 'last'): Wish | undefined {
  const { open, operations } = world.ghost;
  const operation = about === 'open' ? (open ?? [...operations.values()].at(-1)) : [...operations.values()].at(-1);
  if (operation === undefined) return undefined;
  return {
    ...{ deployment: deploymentOf(world).name, kind, from: undefined, to: undefined, reason: 'simulated' },
    operationId: operation.id,
  };
}

/** What nobody has to carry out: a pause or its end, an acknowledgement, a note. */
export function drawWord(world: World, random: Random): Word {
  const deployment = deploymentOf(world).name;
  const nowMs = Math.round(world.schedule.monoMs + world.wallAheadMs);
  const untilMs = random.next() < 0.7 ? nowMs + Math.round(1000 + random.next() * longestForMs) : undefined;
  const kind = oneOf(['pause', 'clear', 'ack', 'unblock', 'note'] as const, random.next());
  const site = oneOf([...world.clouds.keys()], random.next()) ?? '';
  const reason = 'simulated';
  switch (kind) {
    case 'clear':
      return { kind, deployment, key: 'pause', reason };
    case 'ack':
      return { kind: 'set', deployment, standing: { kind, reason, untilMs: undefined } };
    case 'unblock':
      return { kind: 'set', deployment, standing: { kind, site, reason, untilMs: undefined } };
    case 'note':
      return { kind, deployment, text: reason };
    default:
      return { kind: 'set', deployment, standing: { kind: 'pause', reason, untilMs } };
  }
}
