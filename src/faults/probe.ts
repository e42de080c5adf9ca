/** Probes that a drill's black hole swallows: they see what users see, or half of the evidence would speak against it. */
import type { Observation } from '../model/observation.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Replica } from '../model/replica.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import type { Random } from '../ports/random.ts';
import { createLook, type ReadFaults } from './look.ts';

export interface FaultyProbeDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The place the probe itself is sent from. */
  readonly vantage: string;
  readonly faults: ReadFaults;
}

/** A wait that ends this much late tells of a busy or stopped process, ours, milliseconds; as for real probes. */
const ownLatenessMs = 500;

/** Without a fault it is the probe itself, call for call; with one, it finds what a probe finds whose packets are dropped. */
export function withTrafficFaults(probe: Probe, deps: FaultyProbeDeps): Probe {
  const { clock, random, vantage } = deps;
  const faultsOf = createLook(deps);
  const isSwallowed = async ({ deployment, site, url }: Replica): Promise<boolean> => {
    // Without an address nothing is sent that could be lost.
    if (url === undefined) return false;
    const fault = (await faultsOf(deployment)).find((each) => each.site === site);
    return fault !== undefined && random.next() * 100 < fault.sharePct;
  };
  const check: Probe['check'] = async (spec, replica, call) => {
    const silence = createSilence(clock, call);
    if (!(await isSwallowed(replica))) return await probe.check(spec, replica, call);
    const finding = findingOf(spec, await silence.last(spec.timeoutMs));
    const { deployment, site, id, bootId } = replica;
    return {
      ...{ deployment, site, replica: id, bootId, probe: spec.name, plane: 'data', vantage },
      ...{ atMs: clock.nowMs(), durationMs: silence.elapsedMs(), ...finding },
    };
  };
  if (probe.inFlight === undefined) return { check };
  const count = probe.inFlight.bind(probe);
  return {
    check,
    async inFlight(metrics, replica, call) {
      const silence = createSilence(clock, call);
      if (!(await isSwallowed(replica))) return await count(metrics, replica, call);
      const { isGivenUp, timeoutMs } = await silence.last(Number.POSITIVE_INFINITY);
      const message = isGivenUp ? givenUp : `no page within ${Math.round(timeoutMs)} ms`;
      return { kind: 'unknown', error: { class: 'unknown', code: 'CannotSee', message } };
    },
  };
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
  return {
    elapsedMs,
    /** To the earlier of the wanted time and the call's deadline, or until it is given up. */
    async last(wantedMs: number): Promise<Silence> {
      const leftMs = deadlineAtMonoMs - startedMonoMs;
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
/** What a probe of each kind waits for first. */
const awaited = { tcp: 'connection', http: 'answer', completion: 'token' } as const;

/** In the words of `src/probes`; a test keeps the two in step. */
function findingOf(
  { kind }: ProbeSpec,
  { isGivenUp, timeoutMs, isCutShort, lateMs }: Silence,
): Pick<Observation, 'outcome' | 'reason' | 'detail'> {
  const unseen = (detail: string) => ({ outcome: 'unknown', reason: 'CannotSee', detail }) as const;
  if (isGivenUp) return unseen(givenUp);
  if (isCutShort) return unseen(`only ${Math.round(timeoutMs)} ms were left to look`);
  if (lateMs > ownLatenessMs) return unseen(`this process itself was ${Math.round(lateMs)} ms late`);
  return { outcome: 'bad', reason: 'TimedOut', detail: `no ${awaited[kind]} within ${Math.round(timeoutMs)} ms` };
}
