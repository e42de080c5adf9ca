/** What is in force at a deployment now, for many that ask: whoever has it is asked at most twice a second. */
import type { Fault, FaultSight } from '../model/fault.ts';
import type { Seen } from '../model/outcome.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';

/** As a traffic driver has them. */
export type ReadFaults = (deployment: string, call: ReadCall) => Promise<Seen<FaultSight>>;

/** What is in force at the deployment; never rejects. */
export type LookAtFaults = (deployment: string) => Promise<readonly Fault[]>;

/** How long one look may take, and how long it is believed after that, milliseconds. */
const lookMs = 500;

interface Look {
  readonly seen: Promise<readonly Fault[]>;
  /** Infinite while it is under way. */
  endedMonoMs: number;
}

/** One look for all that ask at the same time, and for those soon after; where nothing can be seen there is no fault. */
export function createLook({ clock, faults }: { readonly clock: Clock; readonly faults: ReadFaults }): LookAtFaults {
  const looks = new Map<string, Look>();
  return (deployment) => {
    const known = looks.get(deployment);
    if (known !== undefined && clock.monoMs() - known.endedMonoMs < lookMs) return known.seen;
    const seen = lookOnce(clock, deployment, faults);
    const look: Look = { seen, endedMonoMs: Number.POSITIVE_INFINITY };
    looks.set(deployment, look);
    void seen.then(() => {
      look.endedMonoMs = clock.monoMs();
    });
    return seen;
  };
}

/** Never rejects, and never takes longer: a gateway that hangs must not keep anybody from probing. */
function lookOnce(clock: Clock, deployment: string, faults: ReadFaults): Promise<readonly Fault[]> {
  return new Promise((resolve) => {
    const own = new AbortController();
    const end = (found: readonly Fault[]): void => {
      cancel();
      resolve(found);
    };
    const cancel = clock.after(lookMs, () => {
      own.abort();
      resolve([]);
    });
    faults(deployment, { signal: own.signal, deadlineAtMonoMs: clock.monoMs() + lookMs }).then(
      (seen) => end(seen.kind === 'seen' ? seen.value.inForce : []),
      () => end([]),
    );
  });
}
