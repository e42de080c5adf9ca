/** What a site could start now, with what is known against each offer before Google is asked for a machine. */
import type { Denial } from '../../model/denial.ts';
import type { OfferSight } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Told } from '../shared/told.ts';
import type { MachineType, Reservation } from './client-reads.ts';
import { classifyGcpError } from './errors.ts';
import { sightOf } from './offer-sight.ts';
import { offersOf } from './request.ts';
import type { Session } from './session.ts';

/**
 * How long each answer is good for, in milliseconds. Which zone has which type changes in weeks; what is left of a quota or a
 * reservation with every start.
 */
const goodForMs = { types: 3_600_000, use: 30_000 } as const;

/**
 * Without knowing which zones have which machines it is not seen. The rest is only good to know: what could not be read stays
 * unknown, and is never taken for none.
 */
export async function seeOffers(session: Session, call: ReadCall): Promise<Seen<readonly OfferSight[]>> {
  const { clock, compute, memory, settings } = session;
  const offers = offersOf(settings);
  const asOfMs = clock.nowMs();
  const types = new Map<string, MachineType | null>();
  for (const { machine, zone = '' } of offers) {
    const key = `${machine} ${zone}`;
    if (types.has(key)) continue;
    const told = await memory.recall(key, goodForMs.types, async () =>
      nullIfAbsent(await compute.machineType({ zone, name: machine }, call)),
    );
    if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
    types.set(key, told.value);
  }
  const isQuotaAsked = offers.some(({ market }) => market !== 'reserved');
  const quotas = isQuotaAsked ? await memory.recall('quotas', goodForMs.use, () => compute.quotas(call)) : undefined;
  const known = {
    types,
    quotas: quotas?.kind === 'done' ? quotas.value : undefined,
    reservations: await readReservations(session, call),
  };
  const value = offers.map((offer) => sightOf(offer, known));
  session.lastSeen = { atMonoMs: clock.monoMs(), sights: value };
  return { kind: 'seen', value, asOfMs };
}

function nullIfAbsent<T>(told: Told<T>): Told<T | null> {
  return told.kind === 'refused' && told.error.class === 'not-found' ? { kind: 'done', value: null } : told;
}

/** By zone, where reserved machines are offered. */
async function readReservations({ compute, memory, settings }: Session, call: ReadCall) {
  const found = new Map<string, Reservation | null>();
  const name = settings.launch.reservation;
  if (name === undefined || settings.market?.includes('reserved') !== true) return found;
  for (const zone of settings.zones) {
    const told = await memory.recall(`reservation ${zone}`, goodForMs.use, async () =>
      nullIfAbsent(await compute.reservation(zone, name, call)),
    );
    if (told.kind === 'done') found.set(zone, told.value);
  }
  return found;
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
    return [{ offer, verdict: classifyGcpError({ code, message, status: 400 }, offer.market), error: denied }];
  });
}
