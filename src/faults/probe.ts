/** Probes of a site that a drill does something to: they see what users see, or half of the evidence would speak against it. */
import { type Fault, trafficFaultKinds } from '../model/fault.ts';
import type { Observation } from '../model/observation.ts';
import type { Seen } from '../model/outcome.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Replica } from '../model/replica.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import type { Random } from '../ports/random.ts';
import {
  answeredWithError,
  awaited,
  blind,
  delayOf,
  delayOfPage,
  endLate,
  type Found,
  failing,
  madeLate,
  stalled,
} from './altered.ts';
import { createLook, type ReadFaults } from './look.ts';

export interface FaultyProbeDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The place the probe itself is sent from. */
  readonly vantage: string;
  readonly faults: ReadFaults;
}

/** What a probe can be hit by. */
const toProbes = new Set<Fault['kind']>([...trafficFaultKinds, 'vantage-blind']);

/** A wait that ends this much late tells of a busy or stopped process, ours, milliseconds; as for real probes. */
const ownLatenessMs = 500;

/** Without a fault it is the probe itself, call for call; with one, it finds what a probe of such a failure finds. */
export function withTrafficFaults(probe: Probe, deps: FaultyProbeDeps): Probe {
  const { clock, random, vantage } = deps;
  const faultsOf = createLook(deps);
  /** Those that hit what is sent to it now: of each kind as its share is drawn. */
  const hitting = async ({ deployment, site, url }: Replica): Promise<readonly Fault[]> => {
    // Without an address nothing is sent that could be hit.
    if (url === undefined) return [];
    const there = (await faultsOf(deployment)).filter((each) => each.site === site && each.sharePct > 0);
    return there.filter((each) => toProbes.has(each.kind) && random.next() * 100 < each.sharePct);
  };
  const check: Probe['check'] = async (spec, replica, call) => {
    const silence = createSilence(clock, call);
    const faults = await hitting(replica);
    if (faults.length === 0) return await probe.check(spec, replica, call);
    const { deployment, site, id, bootId } = replica;
    const observe = (found: Found): Observation => ({
      ...{ deployment, site, replica: id, bootId, probe: spec.name, plane: 'data', vantage },
      ...{ atMs: clock.nowMs(), durationMs: silence.elapsedMs(), ...found },
    });
    const isHit = (kind: Fault['kind']): boolean => faults.some((each) => each.kind === kind);
    if (isHit('vantage-blind')) return observe(blind);
    if (isHit('blackhole')) return observe(findingOf(spec, await silence.last(spec.timeoutMs)));
    const wrong = isHit('errors') ? answeredWithError(spec) : undefined;
    if (wrong !== undefined) return observe(wrong);
    const seen = await probe.check(spec, replica, call);
    return await lateOrStalled({ spec, silence, faults, observe }, seen);
  };
  if (probe.inFlight === undefined) return { check };
  const count = probe.inFlight.bind(probe);
  return {
    check,
    async inFlight(metrics, replica, call) {
      const silence = createSilence(clock, call);
      const faults = await hitting(replica);
      const isHit = (kind: Fault['kind']): boolean => faults.some((each) => each.kind === kind);
      if (isHit('vantage-blind')) return uncounted(blind.reason, blind.detail);
      if (isHit('blackhole')) return await noPage(silence);
      if (isHit('errors')) return uncounted(failing.reason, failing.detail);
      const seen = await count(metrics, replica, call);
      const delayMs = delayOfPage(faults);
      // What nobody answered is no later for it.
      if (delayMs === 0 || seen.kind === 'unknown') return seen;
      const dueMs = silence.elapsedMs() + delayMs;
      if (dueMs >= silence.leftMs) return await noPage(silence);
      return (await silence.last(dueMs)).isGivenUp ? uncounted('CannotSee', givenUp) : seen;
    },
  };
}

/** How many run there is not known, in the words of `src/probes`. */
function uncounted(code: string, message: string): Seen<number> {
  return { kind: 'unknown', error: { class: 'unknown', code, message } };
}

async function noPage(silence: ReturnType<typeof createSilence>): Promise<Seen<number>> {
  const { isGivenUp, timeoutMs } = await silence.last(Number.POSITIVE_INFINITY);
  return uncounted('CannotSee', isGivenUp ? givenUp : `no page within ${Math.round(timeoutMs)} ms`);
}

interface Silence {
  readonly isGivenUp: boolean;
  readonly timeoutMs: number;
  /** The call left less time than was wanted. */
  readonly isCutShort: boolean;
  readonly lateMs: number;
}

/** A wait for nothing, counted from now: the look at the faults is part of it. */
function createSilence(clock: Clock, { signal, deadlineAtMonoMs }: ReadCall) {
  const startedMonoMs = clock.monoMs();
  const elapsedMs = (): number => clock.monoMs() - startedMonoMs;
  const leftMs = deadlineAtMonoMs - startedMonoMs;
  return {
    elapsedMs,
    /** That the call leaves in all. */
    leftMs,
    /** To the earlier of the wanted time and the call's deadline, or until it is given up. */
    async last(wantedMs: number): Promise<Silence> {
      const timeoutMs = Math.max(1, Math.min(wantedMs, leftMs));
      const isGivenUp = await clock.sleep(Math.max(1, timeoutMs - elapsedMs()), signal).then(
        () => false,
        () => true,
      );
      return { isGivenUp, timeoutMs, isCutShort: leftMs < wantedMs, lateMs: elapsedMs() - timeoutMs };
    },
  };
}

const givenUp = 'given up before an answer came';
interface Hit {
  readonly spec: ProbeSpec;
  readonly silence: ReturnType<typeof createSilence>;
  readonly faults: readonly Fault[];
  observe(found: Found): Observation;
}

/** An answer that came, as whoever waits for it finds it. One that never would have come is no later for it. */
async function lateOrStalled({ spec, silence, faults, observe }: Hit, seen: Observation): Promise<Observation> {
  const delayMs = delayOf(spec, faults);
  const stall = faults.some(({ kind }) => kind === 'stalled-streams') ? stalled(spec, seen) : undefined;
  if ((delayMs === 0 && stall === undefined) || !isAnswered(seen)) return seen;
  const answeredMs = silence.elapsedMs() + delayMs;
  const isInTime = stall === undefined && answeredMs < spec.timeoutMs;
  const wait = await silence.last(isInTime ? answeredMs : spec.timeoutMs);
  const isSure = !wait.isGivenUp && !wait.isCutShort && wait.lateMs <= ownLatenessMs;
  if (!isSure) return observe(findingOf(spec, wait));
  if (isInTime) return observe(madeLate(spec, foundIn(seen), delayMs));
  return observe(stall ?? endLate(spec, foundIn(seen), delayMs) ?? findingOf(spec, wait));
}

function isAnswered({ outcome, reason }: Observation): boolean {
  return outcome !== 'unknown' && reason !== 'Refused' && reason !== 'Reset' && reason !== 'TimedOut';
}

function foundIn({ outcome, reason, detail, firstTokenMs, perTokenMs }: Observation): Found {
  return {
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    ...(perTokenMs === undefined ? {} : { perTokenMs }),
  };
}

/** In the words of `src/probes`; a test keeps the two in step. */
function findingOf({ kind }: ProbeSpec, { isGivenUp, timeoutMs, isCutShort, lateMs }: Silence): Found {
  const unseen = (detail: string) => ({ outcome: 'unknown', reason: 'CannotSee', detail }) as const;
  if (isGivenUp) return unseen(givenUp);
  if (isCutShort) return unseen(`only ${Math.round(timeoutMs)} ms were left to look`);
  if (lateMs > ownLatenessMs) return unseen(`this process itself was ${Math.round(lateMs)} ms late`);
  return { outcome: 'bad', reason: 'TimedOut', detail: `no ${awaited[kind]} within ${Math.round(timeoutMs)} ms` };
}
