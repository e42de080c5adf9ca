/** Kills or hangs all replicas of a deployment at a site. */
import { messageOf } from '../../errors.ts';
import type { ReplicaFaultKind } from '../../model/fault.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Remains } from '../../model/remains.ts';
import type { Replica } from '../../model/replica.ts';
import type { Disturbance, Provider, ReplicaBoot } from '../../ports/provider.ts';
import { createReading } from '../reading.ts';
import { type Deed, deed, deedOfAll, deedOfAny, type InflictDeps, type Inflicted, type KeepRemains } from './deed.ts';

/** One list of a site, in milliseconds. */
const listTimeoutMs = 5000;
/** One replica killed, hung or told to go on, in milliseconds: longer than a provider looks whether it is so. */
const disturbTimeoutMs = 8000;

/** Who is hit, and by what. */
export interface Aim {
  readonly deps: InflictDeps;
  readonly inflicted: Inflicted;
  readonly kind: ReplicaFaultKind;
  /** As listed last: another fault of the same drill may keep the provider from listing any. */
  known: readonly Replica[];
}

/** Before anybody has looked. */
export function createAim(deps: InflictDeps, inflicted: Inflicted, kind: ReplicaFaultKind): Aim {
  return { deps, inflicted, kind, known: [] };
}

/** That the provider can is shown by telling what runs to go on, which changes nothing. Undefined: it can; otherwise why not. */
export async function rehearseOnReplicas(aim: Aim, signal: AbortSignal): Promise<string | undefined> {
  const { site } = aim.inflicted.fault;
  const disturb = disturbOf(aim.deps.providers.get(site));
  if (disturb === undefined)
    return `the provider of ${site} cannot ${aim.kind} a replica: only one of this machine can`;
  const seen = await listRunning(aim, signal);
  if (seen.kind === 'unknown') return `the replicas at ${site} are not seen: ${seen.error.message}`;
  aim.known = seen.value;
  if (seen.value.length === 0) return `no replica runs at ${site}`;
  const deeds = await tellAll(aim.deps, site, seen.value, { how: 'resume', words: 'goes on', signal });
  const { state, detail } = deedOfAll(deeds);
  return state === 'done' ? undefined : `what runs at ${site} cannot be told to go on: ${detail}`;
}

/** All at the same time. */
export async function inflictOnReplicas(aim: Aim, keep: KeepRemains, signal: AbortSignal): Promise<Deed> {
  const { deps, kind, inflicted } = aim;
  const { site } = inflicted.fault;
  const seen = await listRunning(aim, signal);
  if (signal.aborted) return { state: 'refused', detail: 'given up before anything was done' };
  const replicas = seen.kind === 'seen' ? seen.value : aim.known;
  if (replicas.length === 0) {
    const why = seen.kind === 'seen' ? `no replica runs at ${site}` : `none is seen at ${site}: ${seen.error.message}`;
    return { state: 'refused', detail: why };
  }
  try {
    await keep(remainsOf(aim, replicas));
  } catch (error) {
    return { state: 'refused', detail: `what would have to be undone could not be kept: ${messageOf(error)}` };
  }
  const words = kind === 'kill' ? 'killed' : 'hangs';
  return deedOfAny(await tellAll(deps, site, replicas, { how: kind, words, signal }));
}

function remainsOf({ kind, inflicted }: Aim, replicas: readonly Replica[]): Remains {
  const { site } = inflicted.fault;
  return kind === 'hang'
    ? { kind, site, replicas: replicas.map(({ id, bootId }) => ({ id, bootId })) }
    : {
        kind,
        site,
        deployment: inflicted.drill.deployment,
        slots: replicas.map(({ slot }) => slot).sort((a, b) => a - b),
      };
}

async function listRunning({ deps, inflicted }: Aim, signal: AbortSignal): Promise<Seen<readonly Replica[]>> {
  const seen = await listAt(deps, inflicted.fault.site, inflicted.drill.deployment, signal);
  if (seen.kind === 'unknown') return seen;
  return { ...seen, value: seen.value.filter(({ state }) => state === 'running' || state === 'starting') };
}

/** The deployment's replicas at the site. */
export async function listAt(
  { clock, providers }: InflictDeps,
  site: string,
  deployment: string,
  signal?: AbortSignal,
): Promise<Seen<readonly Replica[]>> {
  const provider = providers.get(site);
  if (provider === undefined)
    return {
      kind: 'unknown',
      error: { class: 'invalid', code: 'NoSuchSite', message: `there is no session for ${site}` },
    };
  return await createReading(clock, listTimeoutMs)(signal, (call) => provider.list({ deployment }, call));
}

interface Telling {
  readonly how: Disturbance;
  /** Said of each that it was done to. */
  readonly words: string;
  readonly signal?: AbortSignal;
}

/** Each by itself, all at the same time. */
export async function tellAll(
  deps: InflictDeps,
  site: string,
  replicas: readonly ReplicaBoot[],
  { how, words, signal }: Telling,
): Promise<readonly Deed[]> {
  const disturb = disturbOf(deps.providers.get(site));
  if (disturb === undefined) return [{ state: 'refused', detail: `nobody can tell a replica at ${site} to ${how}` }];
  const terms = { timeoutMs: disturbTimeoutMs, ...(signal && { signal }) };
  return await Promise.all(
    replicas.map(({ id, bootId }) =>
      deed(deps, { ...terms, words: `${id} ${words}` }, (call) => disturb({ id, bootId }, how, call)),
    ),
  );
}

function disturbOf(provider: Provider | undefined): Provider['disturb'] {
  return provider?.disturb?.bind(provider);
}
