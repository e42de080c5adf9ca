/** What a drill does to the gateway's traffic. */
import type { Fault, FaultSight } from '../../model/fault.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaultDriver } from '../../ports/traffic-driver.ts';
import { createAdminClient, routePath } from './admin-client.ts';
import { hasLists, isObject } from './ask.ts';

export function createFaultDriver(socketPath: string, clock: Clock): FaultDriver {
  const { read, change, write } = createAdminClient(socketPath, clock);
  return {
    faults: (deployment, call) =>
      read(`${routePath(deployment)}/faults`, call, (status, value) =>
        status === 200 && hasLists(value, ['inForce', 'ended']) ? (value as FaultSight) : undefined,
      ),
    arm: ({ deployment, ...request }, call) =>
      change({ method: 'POST', path: `${routePath(deployment)}/faults`, body: request }, call, (value) =>
        isObject(value) && 'run' in value && 'untilMs' in value ? (value as Fault) : undefined,
      ),
    lift: (deployment, why, call) =>
      write({ method: 'POST', path: `${routePath(deployment)}/faults/lift`, body: why }, call),
  };
}
