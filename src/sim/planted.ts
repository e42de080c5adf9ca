/** What an earlier program left behind: operations that no plan of today's makes. */
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { Random } from '../ports/random.ts';
import { openMemoryStore } from '../store/memory.ts';
import { deploymentOf } from './desk.ts';
import type { World } from './world.ts';

/** Between the end of a process and what it is said to have left behind, in milliseconds. */
const plantAfterMs = 100;

/**
 * An operation that another version of the program recorded and did not begin: traffic moves, the source is drained and
 * stopped. No plan of today's has these steps, and an operation is carried out as it is written.
 */
export function plant(world: World, random: Random): void {
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
    if (ghost.open !== undefined || ghost.leases.newestEpoch !== epoch) return;
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
