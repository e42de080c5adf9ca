/** The embedded gateway as a traffic driver: its admin API over the Unix socket. */
import type { RouteEntry } from '../../model/route.ts';
import type { DeploymentTraffic } from '../../model/traffic-stats.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaultDriver, ManualDriver, TrafficDriver } from '../../ports/traffic-driver.ts';
import { createAdminClient, routePath } from './admin-client.ts';
import { ask, isObject } from './ask.ts';
import { createFaultDriver } from './faults.ts';
import { createManualDriver } from './manual.ts';

export function createGatewayDriver({
  socketPath,
  clock,
}: {
  readonly socketPath: string;
  readonly clock: Clock;
}): TrafficDriver & ManualDriver & FaultDriver {
  const { read, write } = createAdminClient(socketPath, clock);
  return {
    atomicUnit: 'vector',
    stamp: (deployment, call) =>
      write({ method: 'POST', path: `${routePath(deployment)}/stamp?epoch=${call.epoch}` }, call),
    async read(deployment, call) {
      const seen = await read(
        routePath(deployment),
        call,
        (status, value): { entry: RouteEntry | undefined } | undefined => {
          // A gateway that has none says what it was stamped with; another 404 comes from somebody else.
          if (status === 404 && isObject(value) && 'epoch' in value) return { entry: undefined };
          return status === 200 && isAbout(deployment, value) ? { entry: value as RouteEntry } : undefined;
        },
      );
      return seen.kind === 'seen' ? { ...seen, value: seen.value.entry } : seen;
    },
    write: (entry, call) => write({ method: 'PUT', path: routePath(entry.deployment), body: entry }, call),
    traffic: (deployment, call) =>
      read(`${routePath(deployment)}/traffic`, call, (status, value) =>
        status === 200 && isAbout(deployment, value) ? (value as DeploymentTraffic) : undefined,
      ),
    ...createManualDriver(socketPath, clock),
    ...createFaultDriver(socketPath, clock),
  };
}

/** Asks whether a gateway answers, and for its process and port. Undefined when none does. */
export async function findGateway(
  socketPath: string,
  signal: AbortSignal,
): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  const answer = await ask(socketPath, 'GET', '/v1/health', undefined, signal);
  return answer.kind === 'answered' && answer.status === 200
    ? (answer.value as { pid: number; port: number })
    : undefined;
}

/** Whoever else answers on the socket is not believed. */
function isAbout(deployment: string, value: unknown): boolean {
  return isObject(value) && 'sites' in value && 'deployment' in value && value.deployment === deployment;
}
