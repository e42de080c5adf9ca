/** What a drill is to leave as it found it, and whether anything else was about to change it. */
import type { Footing } from '../model/drill-run.ts';
import { troublesOf } from './troubles.ts';
import type { World } from './world.ts';

/** What really is there; what is gone is no replica any more. */
export function footingOf({ gateway, clouds }: World): Footing {
  const replicas = [...clouds].flatMap(([site, { servers }]) =>
    [...servers.values()].flatMap(({ replica: { slot, state } }) =>
      state === 'running' || state === 'stopped' ? [{ site, slot, is: state }] : [],
    ),
  );
  return {
    weights: gateway.entry?.weights ?? {},
    replicas: replicas.toSorted((a, b) => a.site.localeCompare(b.site) || a.slot - b.slot || (a.is < b.is ? -1 : 1)),
  };
}

/** Nothing is on its way to become another state than this one. */
export function isSound(world: World): boolean {
  const { clouds, gateway, links, newest, ghost, hosts, schedule } = world;
  const isCut = [...links.values()].some(({ isCut: { there, back } }) => there || back);
  const isBad = [...clouds.values()].some(
    ({ health, outage, told, servers }) =>
      health !== 'good' ||
      told.size > 0 ||
      (outage !== undefined && outage.untilMs > schedule.monoMs) ||
      [...servers.values()].some((server) => server.replica.state === 'running' && server.health !== 'good'),
  );
  return (
    gateway.isUp &&
    !isCut &&
    !isBad &&
    ghost.lost === undefined &&
    ghost.weights !== undefined &&
    hosts.every(({ life }) => life?.isAlive === true) &&
    world.edited === world.config &&
    world.disk === newest &&
    world.diskStallsUntilMs <= schedule.monoMs &&
    [...newest.standing.values()].every(({ standing: { kind } }) => kind === 'ack') &&
    troublesOf(world).length === 0
  );
}
