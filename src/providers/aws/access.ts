/** What our credentials may do at an AWS site, and whether its template and subnets are there. Changes nothing. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { AccessReport, PartCheck, PermissionCheck, QuotaCheck } from '../../model/access.ts';
import { nameOfOffer } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { startupParts } from '../shared/startup-parts.ts';
import type { Told } from '../shared/told.ts';
import { type AccessCalls, isLook, openAccessCalls, type Trial } from './access-calls.ts';
import { classifyAwsError } from './errors.ts';
import { seeOffers } from './offers.ts';
import { awsPermissions } from './permissions.ts';
import { whensOf } from './policy.ts';
import { offersOf, runRequest } from './request.ts';
import type { Session } from './session.ts';
import { startupOf } from './start.ts';
import { tagOf, tags } from './wire.ts';

interface Asking extends Pick<Session, 'site' | 'settings' | 'clock'> {
  readonly calls: AccessCalls;
  readonly call: ReadCall;
}

/** Launches are tried at so many places at most: each is a call. */
const mostPlaces = 8;
/** A tag key that is none of ours, and is never written. */
const foreignKey = 'godwit-check:not-ours';

/** `unknown` where EC2 does not answer, or does not accept the credentials at all (`auth`). */
export async function checkAccess(
  session: Session,
  starts: readonly StartRequest[],
  call: ReadCall,
): Promise<Seen<AccessReport>> {
  const { site, settings, clock } = session;
  const asOfMs = clock.nowMs();
  const calls = openAccessCalls(settings, clock);
  const asking: Asking = { site, settings, clock, calls, call };
  try {
    const own = await calls.machines({ [`tag:${tags.site}`]: site }, call);
    const mayLook = answerOf('DescribeInstances', 'operate', own);
    // Who may not even look may be known to EC2 all the same; who is not known is told so by another code.
    if (own.kind !== 'done' && mayLook.granted !== 'no') return { kind: 'unknown', error: own.error };
    const present = own.kind === 'done' ? own.value.filter(({ State }) => State?.Name !== 'terminated') : [];
    const [looks, operate, launch, template, subnets] = [
      await lookPermissions(asking),
      await operatePermissions(asking, present),
      await launchChecks(asking),
      await templateChecks(asking),
      await subnetChecks(asking),
    ];
    const excess = await excessRights(asking, present);
    const skewMs = calls.skewMs();
    const value: AccessReport = {
      permissions: [mayLook, ...looks, ...operate, launch.permission, ...template.permissions, ...subnets.permissions],
      excess,
      parts: [
        ...[...template.parts, ...subnets.parts, ...launch.parts],
        ...startupParts(starts, (request) => startupOf(session, request)),
      ],
      quotas: await quotasOf(session, call),
      ...(skewMs === undefined ? {} : { clockSkewMs: skewMs }),
    };
    return { kind: 'seen', value, asOfMs };
  } finally {
    calls.close();
  }
}

/** Of what is looked up beside machines, as far as the settings of the site have it looked up. */
async function lookPermissions({ settings, calls, call }: Asking): Promise<readonly PermissionCheck[]> {
  const whens: readonly string[] = whensOf(settings);
  const checks: PermissionCheck[] = [];
  for (const { call: action, use, when } of awsPermissions.calls) {
    if (!isLook(action) || (when !== undefined && !whens.includes(when))) continue;
    const trial = await calls.tryLook(action, call);
    checks.push({ name: `ec2:${action}`, use, granted: trial.granted, ...messageOf(trial, settings.region) });
  }
  return checks;
}

/** Room as the offers have it, each machine type and market a family: any of them will do. None where it is not asked. */
async function quotasOf(session: Session, call: ReadCall): Promise<readonly QuotaCheck[]> {
  if (session.quotas === undefined) return [];
  const seen = await seeOffers(session, {}, call);
  if (seen.kind !== 'seen') return [];
  const byFamily = Map.groupBy(seen.value, ({ offer: { machine, market } }) => `${machine} ${market}`);
  return [...byFamily].flatMap(([family, sights]) => {
    const rooms = sights.flatMap(({ room, denied }) => room ?? (denied?.class === 'quota' ? 0 : []));
    // The zones of a region share a quota; reserved room is each zone's own, and added up.
    const [first] = rooms;
    if (first === undefined) return [];
    const limit = sights[0]?.offer.market === 'reserved' ? rooms.reduce((sum, room) => sum + room, 0) : first;
    return [{ name: `room for ${family}`, family, limit, used: 0, perReplica: 1 }];
  });
}

/**
 * Asked of a machine of ours that is there: the policy allows only those, and of a made-up one EC2 may say either that it
 * is not there or that it is not allowed, whichever it looks at first.
 */
async function operatePermissions(
  { calls, call }: Asking,
  present: readonly Instance[],
): Promise<readonly PermissionCheck[]> {
  const inState = (state: string): Instance | undefined => present.find(({ State }) => State?.Name === state);
  const [any] = present;
  const wanted = [
    { action: 'StartInstances', use: 'operate', machine: inState('stopped') ?? any },
    { action: 'StopInstances', use: 'operate', machine: inState('running') ?? any },
    { action: 'CreateTags', use: 'operate', machine: any },
    { action: 'TerminateInstances', use: 'create', machine: any },
  ] as const;
  const checks: PermissionCheck[] = [];
  for (const { action, use, machine } of wanted) {
    const name = `ec2:${action}`;
    const id = machine?.InstanceId;
    if (id === undefined) {
      const message = 'no machine of this site is there to ask it of';
      checks.push({ name, use, granted: 'unknown', notAsked: true, message });
      continue;
    }
    const trial =
      action === 'CreateTags' ? await calls.tryTag(id, tags.epoch, call) : await calls.tryOn(action, id, call);
    checks.push({ name, use, granted: trial.granted, ...messageOf(trial, id) });
  }
  return checks;
}

function messageOf({ granted, code, message }: Trial, on: string): { readonly message?: string } {
  if (granted === 'yes') return {};
  return { message: granted === 'no' ? `${on}: ${message}` : `${on}: ${code}: ${message}` };
}

/** One launch at each place, the first machine type and market: as it would be asked for, but for the key. */
async function launchChecks({ site, settings, calls, call }: Asking) {
  const offers = offersOf(settings);
  const [first] = offers;
  const places = offers
    .filter(({ machine, market }) => machine === first?.machine && market === first.market)
    .slice(0, mostPlaces);
  const owner = { site, deployment: 'godwit-check', slot: 0, startKey: 'godwit-check' };
  const tried: { readonly trial: Trial; readonly on: string }[] = [];
  for (const offer of places) {
    // Without its token: one that was used by a trial should never meet a launch.
    const { ClientToken: _, ...request } = runRequest(settings, owner, { offer, epoch: 0, startup: { kind: 'none' } });
    tried.push({ trial: await calls.tryLaunch(request, call), on: nameOfOffer(offer) });
  }
  const denied = tried.find(({ trial }) => trial.granted === 'no');
  const unknown = tried.find(({ trial }) => trial.granted === 'unknown');
  const said = denied ?? unknown;
  const permission: PermissionCheck = {
    ...{ name: 'ec2:RunInstances', use: 'create' },
    granted: denied !== undefined ? 'no' : tried.some(({ trial }) => trial.granted === 'yes') ? 'yes' : 'unknown',
    ...(said === undefined ? {} : messageOf(said.trial, said.on)),
  };
  return { permission, parts: tried.flatMap(({ trial, on }) => refusedLaunch(trial, on)) };
}

/** What the request or its template names is wrong or not there. Sold out, a limit or trouble of theirs says nothing of it. */
function refusedLaunch({ granted, code, message }: Trial, on: string): readonly PartCheck[] {
  const verdict = classifyAwsError({ code, message, status: undefined });
  if (granted !== 'unknown' || !['invalid', 'not-found'].includes(verdict.class)) return [];
  return [{ name: `launch of ${on}`, present: 'no', message: `${code}: ${message}` }];
}

async function templateChecks({ settings: { launch }, calls, call }: Asking): Promise<Checks> {
  const version = String(launch.version ?? '$Default');
  const told = await calls.versions(launch.template, version, call);
  const name = `launch template ${launch.template} (${version})`;
  return {
    permissions: [answerOf('DescribeLaunchTemplateVersions', 'create', told)],
    parts: [presenceOf(name, told, (found) => (found.length > 0 ? undefined : 'there is no such version'))],
  };
}

interface Checks {
  readonly permissions: readonly PermissionCheck[];
  readonly parts: readonly PartCheck[];
}

async function subnetChecks({ settings, calls, call }: Asking): Promise<Checks> {
  const named = new Map(
    offersOf(settings).flatMap(({ subnet, zone }) => (subnet === undefined ? [] : [[subnet, zone]])),
  );
  if (named.size === 0) return { permissions: [], parts: [] };
  const told = await calls.subnets([...named.keys()], call);
  const parts = [...named].map(([id, zone]) =>
    presenceOf(`subnet ${id}`, told, (found) => {
      const subnet = found.find(({ SubnetId }) => SubnetId === id);
      if (subnet === undefined) return 'there is no such subnet in the region';
      return subnet.AvailabilityZone === zone ? undefined : `it lies in ${subnet.AvailabilityZone}, not in ${zone}`;
    }),
  );
  return { permissions: [answerOf('DescribeSubnets', 'create', told)], parts };
}

/** Of a call that looks: it was carried out, or we may not. */
function answerOf(action: string, use: PermissionCheck['use'], told: Told<unknown>): PermissionCheck {
  const name = `ec2:${action}`;
  if (told.kind === 'done') return { name, use, granted: 'yes' };
  const { code, message } = told.error;
  if (code === 'UnauthorizedOperation') return { name, use, granted: 'no', message };
  // It was looked at and refused for what it names: so it may be asked.
  const isAnswer = told.kind === 'refused' && ['invalid', 'not-found'].includes(told.error.class);
  return isAnswer ? { name, use, granted: 'yes' } : { name, use, granted: 'unknown', message: `${code}: ${message}` };
}

/** `wrong`: why it is not as it should be; undefined when it is. */
function presenceOf<T>(name: string, told: Told<T>, wrong: (found: T) => string | undefined): PartCheck {
  if (told.kind === 'done') {
    const why = wrong(told.value);
    return why === undefined ? { name, present: 'yes' } : { name, present: 'no', message: why };
  }
  const { class: errorClass, code, message } = told.error;
  const isThere = told.kind === 'refused' && ['invalid', 'not-found'].includes(errorClass) ? 'no' : 'unknown';
  return { name, present: isThere, message: `${code}: ${message}` };
}

/**
 * Two of the ways in which a policy is too wide, as trials that would harm nothing even if EC2 took them for real: a
 * tag of ours that is not needed, and the start of somebody else's machine that runs already.
 */
async function excessRights({ calls, call }: Asking, present: readonly Instance[]): Promise<readonly string[]> {
  const excess: string[] = [];
  const [own] = present;
  if (own?.InstanceId !== undefined && (await calls.tryTag(own.InstanceId, foreignKey, call)).granted === 'yes')
    excess.push('ec2:CreateTags with any tag key on machines of the site');
  const running = await calls.machines({ 'instance-state-name': 'running' }, call);
  const stranger =
    running.kind === 'done' ? running.value.find((each) => tagOf(each, tags.site) === undefined) : undefined;
  const id = stranger?.InstanceId;
  if (id !== undefined && (await calls.tryOn('StartInstances', id, call)).granted === 'yes')
    excess.push(`ec2:StartInstances on machines that are not godwit's, such as ${id}`);
  return excess;
}
