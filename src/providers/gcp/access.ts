/** What our credentials may do at a site, found by doing what changes nothing, and asked of a machine of ours where there is one. */
import type { AccessReport, AccessUse, PartCheck, PermissionCheck, QuotaCheck } from '../../model/access.ts';
import type { Seen } from '../../model/outcome.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { startupParts } from '../shared/startup-parts.ts';
import type { Told } from '../shared/told.ts';
import { quotasOf } from './offer-sight.ts';
import { filterFor, offersOf, templatePlaceOf } from './request.ts';
import type { Session } from './session.ts';
import { startupOf } from './start.ts';
import { placeOf } from './wire.ts';

/** Rights that are seen only where there is a machine of ours to ask about, and what each is needed for. */
const onMachines: Readonly<Record<string, AccessUse>> = {
  'compute.instances.get': 'operate',
  'compute.instances.start': 'operate',
  'compute.instances.stop': 'operate',
  'compute.instances.resume': 'operate',
  'compute.instances.setLabels': 'operate',
  'compute.instances.delete': 'create',
};

/** Rights that nothing tells without a launch. */
const onlyTried: readonly string[] = [
  ...['compute.instances.create', 'compute.disks.create', 'compute.instances.setMetadata'],
  ...['compute.subnetworks.use', 'compute.instances.setServiceAccount', 'compute.zoneOperations.get'],
];

/** Unknown only when not even the machines can be listed for a reason other than our rights. */
export async function seeAccess(
  session: Session,
  starts: readonly StartRequest[],
  call: ReadCall,
): Promise<Seen<AccessReport>> {
  const { clock, compute, site } = session;
  const asOfMs = clock.nowMs();
  const listed = await compute.list(filterFor(undefined, site), call);
  const template = await compute.template(call);
  const quotas = await compute.quotas(call);
  const read = [listed, template, quotas];
  // A report without an answer, or without credentials that are known, would be a report of nothing.
  const silent = read.find((told) => told.kind === 'unknown' || isOfAll(told));
  if (silent !== undefined && silent.kind !== 'done') return { kind: 'unknown', error: silent.error };
  const [machine] = listed.kind === 'done' ? listed.value : [];
  const names = Object.keys(onMachines);
  const tested = machine === undefined ? undefined : await compute.permitted(placeOf(machine), names, call);
  const permissions: PermissionCheck[] = [
    checkOf('compute.instances.list', 'operate', listed),
    checkOf('compute.instanceTemplates.get', 'create', template),
    checkOf('compute.regions.get', 'create', quotas),
    ...Object.entries(onMachines).map(([name, use]): PermissionCheck => {
      if (tested?.kind === 'done') return { name, use, granted: tested.value.includes(name) ? 'yes' : 'no' };
      if (tested !== undefined) return { name, use, granted: 'unknown', message: tested.error.message };
      return notAsked(name, use, 'asked of a machine of ours, and there is none yet');
    }),
    ...onlyTried.map((name) => notAsked(name, 'create', 'seen only when a machine is made')),
  ];
  const report: AccessReport = {
    ...{ permissions, excess: [] },
    parts: [partOf(session, template), ...startupParts(starts, (request) => startupOf(session, request))],
    quotas: quotas.kind === 'done' ? await quotaChecks(session, quotas.value, call) : [],
  };
  return { kind: 'seen', value: report, asOfMs };
}

/** Nothing is against it: there is only no way to ask. */
function notAsked(name: string, use: AccessUse, message: string): PermissionCheck {
  return { name, use, granted: 'unknown', notAsked: true, message };
}

/** It is about who we are or how often we ask, not about one right. */
function isOfAll(told: Told<unknown>): boolean {
  return (
    told.kind === 'refused' &&
    (told.error.class === 'throttled' || told.error.code !== 'forbidden') &&
    told.error.class !== 'not-found'
  );
}

function checkOf(name: string, use: AccessUse, told: Told<unknown>): PermissionCheck {
  // What is not there was looked for, so that may be done.
  if (told.kind === 'done' || told.error.class === 'not-found') return { name, use, granted: 'yes' };
  return { name, use, granted: 'no', message: told.error.message };
}

function partOf({ settings }: Session, template: Told<{ readonly properties?: unknown }>): PartCheck {
  const name = `instanceTemplates/${templatePlaceOf(settings).name}`;
  if (template.kind === 'done') return { name, present: 'yes' };
  const present = template.error.class === 'not-found' ? 'no' : 'unknown';
  return { name, present, message: template.error.message };
}

/** Of the accelerators of each machine type that the first zone has. */
async function quotaChecks(
  { compute, settings }: Session,
  quotas: Parameters<typeof quotasOf>[2],
  call: ReadCall,
): Promise<readonly QuotaCheck[]> {
  const checks = new Map<string, QuotaCheck>();
  for (const offer of offersOf(settings)) {
    const { machine, market, zone } = offer;
    if (market === 'reserved' || zone === undefined || zone !== settings.zones[0]) continue;
    const type = await compute.machineType({ zone, name: machine }, call);
    if (type.kind !== 'done') continue;
    for (const { metric, limit, usage, each } of quotasOf(offer, type.value, quotas))
      checks.set(`${metric} ${offer.family}`, {
        name: metric,
        family: offer.family,
        limit,
        used: usage,
        perReplica: each,
      });
  }
  return [...checks.values()];
}
