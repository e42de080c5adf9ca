/** People at their desks: they ask for moves, sometimes two of them at once, and an earlier program left work behind. */
import { carryOut } from '../engine/carry-out.ts';
import { assert } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { Wish } from '../model/wish.ts';
import type { Random } from '../ports/random.ts';
import { openMemoryStore } from '../store/memory.ts';
import type { Host, World } from './world.ts';

/** How long a person waits for the end of what they asked for, in milliseconds. */
const patienceMs = 30_000;
/** Between the end of a process and what it is said to have left behind, in milliseconds. */
const plantAfterMs = 100;

/** `isOver`: nobody asks for anything any more. */
export function seatOperators(world: World, isOver: () => boolean): void {
  const desks = ['desk-1', 'desk-2'].map((name): Host => ({ name, life: undefined, lives: 0 }));
  world.desks = desks;
  often(world, 'typed', isOver, (random) => {
    type(world, desks[0], random);
    if (random.next() < 0.3) type(world, desks[1], random);
  });
  often(world, 'planted', isOver, (random) => plant(world, random));
}

function often(world: World, name: 'typed' | 'planted', isOver: () => boolean, act: (details: Random) => void): void {
  const meanMs = world.options.every[name];
  if (meanMs === 0) return;
  const pace = world.seeds.stream(`pace/${name}`);
  const dice = world.chance.dice(name);
  const next = (): void => {
    world.schedule.after(-Math.log(1 - pace.next()) * meanMs, () => {
      if (isOver()) return;
      const strike = dice.roll([[name, 1]]);
      if (strike !== undefined) act(strike.details);
      next();
    });
  };
  next();
}

/** One command at a desk at a time; half of them are cut short by Ctrl-C. */
function type(world: World, desk: Host | undefined, random: Random): void {
  if (desk === undefined || desk.life?.isAlive === true) return;
  const sites = [...world.clouds.keys()];
  const oneOf = (): string | undefined => sites[Math.floor(random.next() * sites.length)];
  const wish: Wish = {
    ...{
      deployment: deploymentOf(world).name,
      kind: random.next() < 0.5 ? 'failover' : 'switchover',
      reason: 'simulated',
    },
    from: random.next() < 0.3 ? oneOf() : undefined,
    to: random.next() < 0.7 ? oneOf() : undefined,
  };
  const { life, deps, stop: interrupt } = world.enter(desk, () => undefined, 'person');
  if (random.next() < 0.5) world.schedule.after(random.next() * 5000, () => life.deliver(() => interrupt.abort()));
  if (random.next() < 0.2) world.schedule.after(random.next() * 5000, () => life.kill());
  const end = (): void => {
    life.isAlive = false;
  };
  carryOut(deps, wish, { timeoutMs: patienceMs }, interrupt.signal).then(end, end);
}

/**
 * An operation that another version of the program recorded and did not begin: traffic moves, the source is drained and
 * stopped. No plan of today's has these steps, and an operation is carried out as it is written.
 */
function plant(world: World, random: Random): void {
  const { ghost, gateway, newest: disk, clouds, schedule, wallAheadMs } = world;
  const deployment = deploymentOf(world).name;
  const weights = gateway.entry?.weights ?? {};
  const from = Object.keys(weights).find((site) => weights[site] === 100);
  const to = [...clouds.keys()].find((site) => site !== from && ghost.isServing(site) && !isForeign(world, site));
  if (ghost.open !== undefined || ghost.rolledBackSinceMs !== undefined || from === undefined || to === undefined)
    return;
  const after = { ...Object.fromEntries([...clouds.keys()].map((site) => [site, 0])), [to]: 100 };
  const gate = { sites: [to], holdMs: 500, maxErrorRatio: 0.1, maxFirstTokenMs: 200 };
  // A slot of its own each time: what plans a launch sees to it that the slot is empty.
  const slot = world.options.replicas + ghost.operations.size;
  const steps: readonly Step[] = [
    { kind: 'stamp', name: '1-stamp', deadlineMs: 30_000 },
    { kind: 'launch', name: `2-launch ${to}`, site: to, slots: [slot], bestEffort: true, deadlineMs: 20_000 },
    { kind: 'prove', name: `3-prove ${to}`, site: to, replicas: 1, deadlineMs: 20_000 },
    { kind: 'weigh', name: `4-weigh ${to} 100%`, weights: after, gate, deadlineMs: 30_000 },
    { kind: 'fence', name: `5-fence ${from}`, site: from, deadlineMs: 30_000 },
    { kind: 'drain', name: `6-drain ${from}`, site: from, deadlineMs: 10_000 },
    {
      kind: 'stop',
      name: `7-stop ${from}`,
      site: from,
      how: random.next() < 0.5 ? 'stop' : 'delete',
      deadlineMs: 20_000,
    },
    { kind: 'settle', name: '8-settle', forMs: 1000, deadlineMs: 10_000 },
  ];
  const nowMs = Math.round(schedule.monoMs + wallAheadMs);
  const epoch = disk.leases.get(deployment)?.record.epoch ?? 0;
  const by = { kind: 'person', name: 'another version', host: 'desk-3', pid: 1 } as const;
  const operation: Operation = {
    ...{ id: `op-${random.id(6)}`, state: 'planned', by, epoch, openedAtMs: nowMs, step: 0 },
    plan: {
      ...{ kind: 'switchover', deployment, trigger: 'manual', from, before: weights, after, steps, because: [] },
      ...{ routeVersion: gateway.entry?.routeVersion ?? 0, requestId: undefined },
    },
    ...{ endedAtMs: undefined, error: undefined },
  };
  for (const life of world.lives()) life.kill();
  // What was on its way to the disk arrives first, however slow that is.
  schedule.after(Math.max(0, world.diskStallsUntilMs - schedule.monoMs) + plantAfterMs, () => {
    if (ghost.open !== undefined || world.ghost.newestEpoch !== epoch) return;
    const clock = schedule.stoppedClock(nowMs);
    const store = openMemoryStore(disk, { clock, random, bootId: 'boot' });
    const draft = {
      deployment,
      epoch,
      by,
      atMs: nowMs,
      monoMs: schedule.monoMs,
      body: { kind: 'operation', operation },
    } as const;
    void store.journal.append([draft]);
    world.noteAppended([draft]);
  });
}

function isForeign(world: World, name: string): boolean {
  const where = world.config.sites.find((site) => site.name === name)?.residency ?? [];
  return where.some((each) => !deploymentOf(world).residency.includes(each));
}

function deploymentOf({ config }: World): Deployment {
  const [deployment] = config.deployments;
  assert(deployment !== undefined, 'a world has a deployment');
  return deployment;
}
