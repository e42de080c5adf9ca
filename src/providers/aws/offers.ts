/** What a site could start now, with what is known against each offer before EC2 is asked for a machine. */
import type { Denial } from '../../model/denial.ts';
import type { Offer, OfferSight } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { OfferNeed } from '../../ports/provider.ts';
import { mapTold, type Told } from '../shared/told.ts';
import { classifyAwsError } from './errors.ts';
import type { Knowledge } from './offer-sight.ts';
import { countAccelerators, sightOf } from './offer-sight.ts';
import { patternsOf, type QuotaClass, quotaClassOf, vcpusInUse } from './quota-classes.ts';
import type { Quota } from './quotas.ts';
import { offersOf } from './request.ts';
import type { Session } from './session.ts';

/**
 * How long each answer is good for, in milliseconds. Which zone has which type changes in weeks, a quota when a person asks
 * for it; what runs and what is left of a reservation changes with every start.
 */
const goodForMs = { types: 3_600_000, quota: 600_000, price: 300_000, use: 30_000 } as const;

/** Most machine types that are asked about together: ours, a limit of EC2's own is stated nowhere we looked. */
const mostTypes = 100;

/**
 * Without knowing which zones have which machines it is not seen. The rest is only good to know: what could not be read stays
 * unknown, and is never taken for none.
 */
export async function seeOffers(
  session: Session,
  { forPrices }: Pick<OfferNeed, 'forPrices'>,
  call: ReadCall,
): Promise<Seen<readonly OfferSight[]>> {
  const { clock, ec2, memory, settings } = session;
  const offers = offersOf(settings);
  const machines = [...new Set(offers.map(({ machine }) => machine))];
  const has = (market: Offer['market']): boolean => offers.some((each) => each.market === market);
  const asOfMs = clock.nowMs();
  const offered = await memory.recall('offered', goodForMs.types, () => ec2.offered(machines, call));
  if (offered.kind !== 'done') return { kind: 'unknown', error: offered.error };
  const isQuotaAsked = session.quotas !== undefined;
  const [prices, accelerators, reservations] = await Promise.all([
    has('spot') ? spotPrices(session, machines, call) : undefined,
    has('spot') && forPrices === true ? acceleratorsOf(session, offered.value, call) : undefined,
    has('reserved') || isQuotaAsked
      ? memory.recall('reservations', goodForMs.use, () => ec2.reservations(machines, call)).then(ifRead)
      : undefined,
  ]);
  const known: Knowledge = {
    ...{ settings, nowMs: asOfMs, offered: offered.value, prices, accelerators, reservations },
    quotas: isQuotaAsked ? await readQuotas(session, offers, reservations, call) : new Map(),
  };
  const value = offers.map((offer) => sightOf(offer, known));
  session.lastSeen = { atMonoMs: clock.monoMs(), sights: value };
  return { kind: 'seen', value, asOfMs };
}

/** With when EC2 said them: a price stands until it changes, so its own date says nothing of how old this answer is. */
async function spotPrices({ ec2, memory, clock }: Session, machines: readonly string[], call: ReadCall) {
  const ask = async () => {
    const saidAtMs = clock.nowMs();
    return mapTold(await ec2.spotPrices(machines, saidAtMs, call), (all) => ({ all, saidAtMs }));
  };
  return ifRead(await memory.recall('prices', goodForMs.price, ask));
}

/** One type that the region has not would make the whole answer an error: those that no zone offers are not asked about. */
async function acceleratorsOf(session: Session, offered: Knowledge['offered'], call: ReadCall) {
  const { ec2, memory } = session;
  const types = [...new Set(offered.map(({ InstanceType = '' }): string => InstanceType))];
  if (types.length === 0 || types.length > mostTypes) return undefined;
  const told = ifRead(await memory.recall('accelerators', goodForMs.types, () => ec2.types(types, call)));
  return told && new Map(told.map((each): [string, number] => [each.InstanceType ?? '', countAccelerators(each)]));
}

function ifRead<T>(told: Told<T>): T | undefined {
  return told.kind === 'done' ? told.value : undefined;
}

/**
 * What a look before said against offers, as refusals that were never asked for; none when it is too long ago. A start makes
 * no calls of its own for it: when a site has failed, each costs time.
 */
export function knownDenials({ clock, lastSeen }: Session): readonly Denial[] {
  if (lastSeen === undefined || clock.monoMs() - lastSeen.atMonoMs >= goodForMs.use) return [];
  return lastSeen.sights.flatMap(({ offer, denied }): Denial[] => {
    if (denied === undefined) return [];
    const { code, message } = denied;
    const verdict = classifyAwsError({ code, message, status: 400 }, offer.market);
    return [{ offer, verdict, error: denied }];
  });
}

/** By quota code. A class of machines whose use or limit is not known is left out. */
async function readQuotas(
  session: Session,
  offers: readonly Offer[],
  reservations: Knowledge['reservations'],
  call: ReadCall,
): Promise<Knowledge['quotas']> {
  const classes = [...new Set(offers.flatMap(({ machine }) => quotaClassOf(machine) ?? []))];
  const machines = ifRead(await runningOf(session, classes, call));
  if (machines === undefined) return new Map();
  const types = [...machines.map(({ InstanceType = '' }) => InstanceType), ...offers.map(({ machine }) => machine)];
  const vcpus = await sizesOf(
    session,
    [...new Set(types)].filter((type) => type !== ''),
    call,
  );
  if (vcpus === undefined) return new Map();
  const found = new Map<
    string,
    { readonly quota: Quota; readonly used: number; readonly vcpus: ReadonlyMap<string, number> }
  >();
  for (const each of classes) {
    for (const market of ['on-demand', 'spot'] as const) {
      const code = each.codes[market];
      if (code === undefined || !offers.some((one) => one.market === market && quotaClassOf(one.machine) === each))
        continue;
      const used = vcpusInUse(each, market, { machines, reservations, vcpus });
      const quota = ifRead(await quotaOf(session, code, call));
      if (used !== undefined && quota !== undefined) found.set(code, { quota, used, vcpus });
    }
  }
  return found;
}

/** All of the account's machines that count, whoever started them. */
function runningOf({ ec2, memory }: Session, classes: readonly QuotaClass[], call: ReadCall) {
  const filters = {
    'instance-state-name': ['pending', 'running'],
    'instance-type': classes.flatMap(patternsOf),
  };
  return memory.recall('running', goodForMs.use, () => ec2.describe({ filters }, call));
}

function quotaOf({ memory, quotas }: Session, code: string, call: ReadCall): Promise<Told<Quota | undefined>> {
  return memory.recall(`quota ${code}`, goodForMs.quota, async () =>
    quotas === undefined ? { kind: 'done', value: undefined } : await quotas.get(code, call),
  );
}

/** Undefined when they could not be read, or are more than can be asked about at once. */
async function sizesOf({ ec2, memory }: Session, types: readonly string[], call: ReadCall) {
  if (types.length > mostTypes) return undefined;
  const key = `sizes ${types.toSorted().join()}`;
  const told = ifRead(await memory.recall(key, goodForMs.types, () => ec2.types(types, call)));
  return (
    told &&
    new Map(
      told.map(({ InstanceType = '', VCpuInfo }) => [InstanceType as string, VCpuInfo?.DefaultVCpus ?? Number.NaN]),
    )
  );
}
