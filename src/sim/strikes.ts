/** What single misfortunes do to a world; their details come from a chance of their own. */
import type { Random } from '../ports/random.ts';
import type { Strike } from './chance.ts';
import type { Cloud } from './cloud.ts';
import { copyOf } from './disk.ts';
import type { Incarnation } from './incarnation.ts';
import type { Health } from './server.ts';
import type { World } from './world.ts';

/** How a site fails, with the share of each. `one`: of its servers alone. */
export const siteFaults = [
  ['crash', 0.4],
  ['one', 0.1],
  ['hangs', 0.12],
  ['errors', 0.12],
  ['slow', 0.1],
  ['wrong-model', 0.06],
  ['private', 0.05],
  ['public', 0.05],
] as const satisfies readonly (readonly [Exclude<Health, 'good'> | 'crash' | 'one', number])[];

/** Only the plainest of them. */
export const siteDeaths: readonly (readonly ['crash', number])[] = [['crash', 1]];

/** What may strike at an entry of the journal. */
export const aims = ['kill', 'pause', 'gateway', 'others', 'public', 'meddle'] as const;

/** Strikes the process that has just recorded something, or what it is about to rely on. */
export function hitAtEntry(world: World, { kind, details }: Strike<(typeof aims)[number]>, life: Incarnation): void {
  const { gateway, schedule, clouds, options } = world;
  const heaviest = Object.entries(gateway.entry?.weights ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
  switch (kind) {
    case 'kill':
      return life.kill();
    case 'pause':
      life.pause();
      schedule.after((1 + details.next()) * options.leaseTtlMs, () => life.resume());
      return;
    case 'gateway':
      return restartGateway(world, details);
    case 'others':
      for (const cloud of clouds.values()) if (cloud.site !== heaviest) cloud.crash();
      return;
    case 'public':
      return misbehave(world, clouds.get(heaviest ?? ''), 'public', 5000);
    case 'meddle':
      return meddle(world, details);
  }
}

/** Mostly the site that serves: what happens to a standby moves nothing. */
export function breakSite(world: World, { kind, details }: Strike<(typeof siteFaults)[number][0]>): void {
  const weights = world.gateway.entry?.weights ?? {};
  const active = Object.keys(weights).find((site) => (weights[site] ?? 0) > 0);
  const draw = details.next();
  const site = draw < 0.85 && active !== undefined ? active : oneOf([...world.clouds.keys()], details.next());
  const cloud = world.clouds.get(site ?? '');
  if (cloud === undefined) return;
  if (kind === 'crash') return cloud.crash();
  if (kind === 'one') return cloud.crash(cloud.alive().slice(0, 1));
  misbehave(world, cloud, kind, (0.2 + 0.8 * details.next()) * world.options.longestBadMs);
}

function misbehave(world: World, cloud: Cloud | undefined, kind: Health, forMs: number): void {
  if (cloud === undefined) return;
  cloud.behave(kind);
  world.schedule.after(forMs, () => cloud.behave('good'));
}

/** Short ones block the event loop; long ones outlast the lease. */
export function pauseProcess({ options, schedule, hosts }: World, details: Random): void {
  const life = oneOf(hosts, details.next())?.life;
  if (life === undefined) return;
  life.pause();
  schedule.after(details.next() * (details.next() < 0.5 ? 1000 : 3 * options.leaseTtlMs), () => life.resume());
}

/** One way or both, for up to 15 s. */
export function cutLink({ links, schedule }: World, details: Random): void {
  const link = oneOf([...links.values()], details.next());
  if (link === undefined) return;
  link.isCut = { there: details.next() < 0.6, back: details.next() < 0.6 };
  schedule.after(details.next() * 15_000, () => {
    link.isCut = { there: false, back: false };
  });
}

/** Away for a while; sometimes it comes back without its table, or with the one before. */
export function restartGateway({ gateway, schedule, ghost }: World, details: Random): void {
  gateway.fail();
  const draw = details.next();
  schedule.after(200 + details.next() * (details.next() < 0.8 ? 3000 : 40_000), () => {
    // With an older copy of the state in place the gateway's table is all that tells of it.
    if (draw < 0.2 && ghost.rolledBackSinceMs === undefined) {
      // One that is lost again before anything was written to it has nothing to tell.
      if (gateway.entry !== undefined && ghost.weights !== undefined)
        ghost.lost = { ...gateway.fence, weights: ghost.weights };
      if (ghost.open !== undefined) ghost.disturbed.add(ghost.open.id);
      gateway.forget(draw < 0.1 ? 'all' : 'newest');
    }
    gateway.isUp = true;
  });
}

/** Somebody gives all weight to another site, by hand. */
export function meddle(world: World, details: Random): void {
  const { gateway, clouds, config, ghost } = world;
  const allowed = config.sites.filter(({ residency }) => !residency.includes('us')).map(({ name }) => name);
  const one = oneOf(allowed, details.next());
  if (one === undefined || gateway.entry === undefined || !gateway.isUp) return;
  gateway.meddle(Object.fromEntries([...clouds.keys()].map((site) => [site, site === one ? 100 : 0])));
  // Whatever was right before, this is nobody's plan: the next move is judged from here.
  ghost.weights = undefined;
  if (ghost.open !== undefined) ghost.disturbed.add(ghost.open.id);
  world.noteHealth();
}

/** A cloud that throttles, refuses credentials or is sold out for up to a minute. */
export function breakCloud({ clouds, schedule }: World, details: Random): void {
  const cloud = oneOf([...clouds.values()], details.next());
  const kind = oneOf(['auth', 'throttled', 'capacity', 'quota'] as const, details.next());
  if (cloud !== undefined && kind !== undefined)
    cloud.outage = { kind, untilMs: schedule.monoMs + details.next() * 60_000 };
}

/**
 * A cloud announces that it takes a machine back, with or without a time, and mostly does; what nothing comes of it takes back in
 * the end.
 */
export function warn(world: World, details: Random, isOver: () => boolean): void {
  const { clouds, gateway, schedule, wallAheadMs } = world;
  const weights = gateway.entry?.weights ?? {};
  const sites = [...clouds.keys()];
  const active = details.next() < 0.7 ? sites.filter((site) => (weights[site] ?? 0) > 0) : sites;
  const cloud = clouds.get(oneOf(active, details.next()) ?? '');
  const server = oneOf(cloud?.alive() ?? [], details.next());
  if (cloud === undefined || server === undefined) return;
  const { id, deployment } = server.replica;
  const afterMs = 3000 + details.next() * 17_000;
  const isTimed = details.next() < 0.5;
  const isTrue = details.next() < 0.6;
  const atMs = Math.round(schedule.monoMs + wallAheadMs + afterMs);
  const what = isTimed ? ({ kind: 'retirement', atMs } as const) : ({ kind: 'preemption' } as const);
  cloud.announce({ ...what, code: 'Simulated', message: 'is taken back', replicaId: id, deployment });
  schedule.after(isTrue ? afterMs : 2 * afterMs, () => {
    cloud.told.delete(id);
    if (isTrue && !isOver() && cloud.alive().includes(server)) cloud.crash([server]);
  });
}

/** An older copy of the state is put in place under all controllers; some time later the newest is put back. */
export function rollBack(world: World, details: Random, isOver: () => boolean): void {
  const { gateway, ghost, schedule } = world;
  const copy = copyOf(world.newest);
  schedule.after(2000 + details.next() * 10_000, () => {
    const head = gateway.entry?.journalHead;
    // Nobody can tell a copy that holds all that the gateway knows of.
    if (isOver() || head === undefined || copy.entries.some(({ hash }) => hash === head)) return;
    if (ghost.rolledBackSinceMs !== undefined || !gateway.isUp) return;
    for (const life of world.lives()) life.kill();
    world.disk = copy;
    ghost.rolledBackSinceMs = schedule.monoMs;
    schedule.after(5000, () => {
      for (const life of world.lives()) life.kill();
      world.disk = world.newest;
      ghost.rolledBackSinceMs = undefined;
    });
  });
}

/** `draw`: uniform in [0, 1). */
export function oneOf<T>(all: readonly T[], draw: number): T | undefined {
  return all[Math.floor(draw * all.length)];
}
