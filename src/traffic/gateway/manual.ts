/** What people do by hand at the gateway: pins, a look at what runs, the end of a drain. */
import type { DrainAccount } from '../../model/drained.ts';
import type { Pin, PinSight } from '../../model/pin.ts';
import type { RunningRequests, SiteCut } from '../../model/running.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ManualDriver } from '../../ports/traffic-driver.ts';
import { createAdminClient, routePath } from './admin-client.ts';
import { hasLists, isObject } from './ask.ts';

export function createManualDriver(socketPath: string, clock: Clock): ManualDriver {
  const { read, change, write } = createAdminClient(socketPath, clock);
  return {
    pins: (deployment, call) =>
      read(`${routePath(deployment)}/pins`, call, (status, value) =>
        status === 200 && hasLists(value, ['pins', 'standing']) ? (value as PinSight) : undefined,
      ),
    pin: ({ deployment, ...request }, call) =>
      change({ method: 'POST', path: `${routePath(deployment)}/pins`, body: request }, call, (value) =>
        isObject(value) && 'number' in value ? (value as Pin) : undefined,
      ),
    release: ({ deployment, ...request }, call) =>
      change({ method: 'POST', path: `${routePath(deployment)}/pins/release`, body: request }, call, (value) =>
        hasLists(value, ['released']) ? (value as { readonly released: readonly number[] }) : undefined,
      ),
    merged: (deployment, number, call) =>
      write({ method: 'POST', path: `${routePath(deployment)}/pins/${number}/merged` }, call),
    running: (deployment, site, call) =>
      read(`${routePath(deployment)}/running?site=${encodeURIComponent(site)}`, call, (status, value) =>
        status === 200 && hasLists(value, ['requests']) ? (value as RunningRequests) : undefined,
      ),
    drain: (deployment, site, call) =>
      write(
        {
          method: 'POST',
          path: `${routePath(deployment)}/drain?${drainOf(site, call.operationId)}&epoch=${call.epoch}`,
        },
        call,
      ),
    drained: (deployment, site, operationId, call) =>
      read(`${routePath(deployment)}/drained?${drainOf(site, operationId)}`, call, (status, value) =>
        status === 200 && hasLists(value, ['streams']) ? (value as DrainAccount) : undefined,
      ),
    cut: (deployment, site, call) =>
      change(
        {
          method: 'POST',
          path: `${routePath(deployment)}/cut?site=${encodeURIComponent(site)}&epoch=${call.epoch}`,
        },
        call,
        (value) => (isObject(value) && 'moved' in value && 'cut' in value ? (value as SiteCut) : undefined),
      ),
  };
}

function drainOf(site: string, operationId: string): string {
  return `site=${encodeURIComponent(site)}&operation=${encodeURIComponent(operationId)}`;
}
