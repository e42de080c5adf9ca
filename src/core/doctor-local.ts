/** What is looked at on this machine before a bad night: state, gateway, controller, and how servers are told to stop. */
import type { Deployment } from '../model/deployment.ts';
import type { Finding, StoreOutlook } from '../model/doctor.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Seen } from '../model/outcome.ts';
import type { RouteEntry } from '../model/route.ts';
import { span, weightsText } from '../model/words.ts';

/** Journal and snapshots of a busy month fit into a small part of it. */
const leastFreeBytes = 64 * 1024 * 1024;
const mebibyte = 1024 * 1024;

export function storeFinding(outlook: StoreOutlook): Finding {
  const area = 'store';
  if (outlook.kind === 'unusable') {
    const { path: where, why, todo } = outlook;
    return { area, outcome: 'bad', where, what: 'no state can be kept there', why, todo };
  }
  const { freeBytes } = outlook;
  const where = outlook.kind === 'whole' ? outlook.path : outlook.dir;
  const state =
    outlook.kind === 'whole'
      ? `writable; journal whole, ${outlook.entries} entries`
      : 'no state yet; it can be made there';
  if (freeBytes === undefined)
    return { area, outcome: 'unknown', where, what: `${state}; how much room is left is not seen` };
  const room = `${Math.floor(freeBytes / mebibyte)} MiB free`;
  if (freeBytes >= leastFreeBytes) return { area, outcome: 'ok', where, what: `${state}; ${room}` };
  const todo = 'make room: without it nothing can be decided on the record';
  return {
    area,
    outcome: 'bad',
    where,
    what: `${state}; only ${room}, at least ${leastFreeBytes / mebibyte} are needed`,
    todo,
  };
}

/** `record` undefined: nobody ever led it. Unseen: the store could not be read. */
export function controllerFinding(
  { name: where, failover }: Deployment,
  record: LeaseRecord | undefined | 'unseen',
  nowMs: number,
): Finding {
  const area = 'controller';
  if (record === 'unseen')
    return { area, outcome: 'unknown', where, what: 'whether a controller leads it is not seen' };
  const todo = 'start one: godwit run';
  if (record === undefined)
    return { area, outcome: 'bad', where, what: 'no controller ever led it: nothing is watched', todo };
  const { holder, renewedAtMs, ttlMs } = record;
  const who = `${holder.name}@${holder.host} (pid ${holder.pid})`;
  const ago = span(Math.max(0, nowMs - renewedAtMs));
  if (nowMs - renewedAtMs > ttlMs)
    return { area, outcome: 'bad', where, what: `no controller leads it: ${who} was heard last ${ago} ago`, todo };
  return { area, outcome: 'ok', where, what: `led by ${who}, heard ${ago} ago; mode ${failover.mode}` };
}

/** `pid` and `port` of the gateway that answers on its admin socket; `open`: whether its port takes connections. */
export function gatewayFinding(
  socket: string,
  gateway: { readonly pid: number; readonly port: number; readonly isOpen: boolean } | undefined,
): Finding {
  const area = 'traffic';
  const todo = 'start it: godwit run starts one, godwit gateway is one in the foreground';
  if (gateway === undefined)
    return { area, outcome: 'bad', where: socket, what: 'no gateway answers on its admin socket', todo };
  const { pid, port, isOpen } = gateway;
  const what = `the gateway answers (pid ${pid})`;
  if (isOpen) return { area, outcome: 'ok', where: socket, what: `${what} and takes requests on port ${port}` };
  return {
    area,
    outcome: 'bad',
    where: socket,
    what: `${what}, but its port ${port} takes no connection`,
    todo: 'see its log, gateway.log in the state directory',
  };
}

/** Without a gateway there is none to be read: asked only where one answers. */
export function routeFinding({ name: where }: Deployment, route: Seen<RouteEntry | undefined>): Finding {
  const area = 'traffic';
  if (route.kind === 'unknown')
    return { area, outcome: 'unknown', where, what: 'its route is not seen', why: route.error.message };
  if (route.value === undefined)
    return {
      area,
      outcome: 'bad',
      where,
      what: 'the gateway has no route for it: its requests are turned away',
      todo: 'godwit run gives it one',
    };
  return { area, outcome: 'ok', where, what: `routed: ${weightsText(route.value.weights)}` };
}

/**
 * What runs is drained before a server is told to stop. A server that itself waits for its requests must be let: vLLM's
 * `--shutdown-timeout` (seconds), longer than `stopGrace`, ends with the kill that was to be avoided.
 */
export function drainFindings({ name, drain, placements }: Deployment): readonly Finding[] {
  return placements
    .filter(({ launch }) => launch.command.length > 0 || launch.container !== undefined)
    .map(({ site, launch: { command, container, stopGraceMs } }): Finding => {
      const area = 'drain';
      const where = `${name} at ${site}`;
      const ownMs = shutdownTimeoutMs([...command, ...(container?.args ?? [])]);
      const what = `${span(drain.waitForStreamsMs)} to finish what runs, then ${span(stopGraceMs)} from SIGTERM to the end (stopGrace)`;
      if (ownMs === undefined || ownMs <= stopGraceMs) return { area, outcome: 'ok', where, what };
      const todo = `write stopGrace: ${span(ownMs)} or more`;
      return {
        area,
        outcome: 'bad',
        where,
        what: `the server waits ${span(ownMs)} for its requests, and is killed after ${span(stopGraceMs)} (stopGrace)`,
        todo,
      };
    });
}

function shutdownTimeoutMs(command: readonly string[]): number | undefined {
  const at = command.findIndex((word) => /^--shutdown[-_]timeout(=|$)/.test(word));
  if (at < 0) return undefined;
  const seconds = Number(command[at]?.split('=')[1] ?? command[at + 1]);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
