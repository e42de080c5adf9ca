/** The faults a drill has armed for one deployment. In memory alone: whoever stops the gateway undoes them too. */
import type { PoolReplica } from '../core/routing/pool.ts';
import {
  type ArmedFaultKind,
  type EndedFault,
  type Fault,
  type FaultRequest,
  type FaultSight,
  mostFaults,
} from '../model/fault.ts';
import type { LiftReason } from '../ports/traffic-driver.ts';
import type { Attempt } from './attempt.ts';
import type { Held } from './delayed.ts';
import { connectTimeoutMs } from './unreached.ts';

const late = 'nobody armed it again in time';

/** One moment on both clocks. */
export interface Moment {
  readonly monoMs: number;
  /** For people. */
  readonly wallMs: number;
}

interface Kept {
  readonly fault: Fault;
  readonly untilMonoMs: number;
}

export type ArmEnd =
  /** `newShare`: 0–1, of what ran before and was spared until now. */
  | { readonly kind: 'armed'; readonly fault: Fault; readonly newShare: number }
  | { readonly kind: 'busy' | 'full' | 'lifted'; readonly message: string };

export class FaultBook {
  #inForce: readonly Kept[] = [];
  #ended: readonly EndedFault[] = [];
  /** Runs that somebody ended, and why. */
  readonly #lifted = new Map<string, string>();
  /** Connections that stood when the fault began and have taken a request since: nothing comes back over them. */
  readonly #hanging = new Map<PoolReplica, number>();
  /** Attempts whose connection is not made, oldest first. */
  readonly #connecting: { readonly attempt: Attempt; readonly untilMonoMs: number }[] = [];

  /** Answers that are late, in no order. */
  readonly #held = new Set<Held>();

  /** Whether a fault of the kind hits what is sent to a site now; `random` draws, and only when there is something to draw for. */
  hits(kind: ArmedFaultKind, site: string, monoMs: number, random: () => number): Fault | undefined {
    for (const { fault, untilMonoMs } of this.#inForce)
      if (fault.kind === kind && fault.site === site && fault.sharePct > 0 && monoMs < untilMonoMs)
        return random() * 100 < fault.sharePct ? fault : undefined;
    return undefined;
  }

  /** Until its time, or until nothing makes answers late any more. */
  hold(held: Held): void {
    this.#held.add(held);
  }

  /**
   * As packets that are dropped do it: over a connection that stands (`free`) the request hangs; a new one is not made within
   * its limit, and then the request has reached nobody.
   */
  take(attempt: Attempt, free: number, monoMs: number): void {
    attempt.isLost = true;
    const hanging = this.#hanging.get(attempt.replica) ?? 0;
    if (hanging < free) this.#hanging.set(attempt.replica, hanging + 1);
    else this.#connecting.push({ attempt, untilMonoMs: monoMs + connectTimeoutMs });
  }

  /** Gives up the connections whose time is over. */
  sweep(monoMs: number): void {
    for (
      let [first] = this.#connecting;
      first !== undefined && monoMs >= first.untilMonoMs;
      [first] = this.#connecting
    ) {
      this.#connecting.shift();
      first.attempt.release(true);
    }
    for (const held of this.#held) {
      if (monoMs < held.untilMonoMs && this.isHit(held.kind, held.site, monoMs)) continue;
      this.#held.delete(held);
      held.go();
    }
  }

  /** Whether a fault of the kind hits anything at the site. */
  isHit(kind: ArmedFaultKind, site: string, monoMs: number): boolean {
    return this.#inForce.some(
      ({ fault, untilMonoMs }) =>
        fault.kind === kind && fault.site === site && fault.sharePct > 0 && monoMs < untilMonoMs,
    );
  }

  has(site: string, monoMs: number): boolean {
    return this.#inForce.some(({ fault, untilMonoMs }) => fault.site === site && monoMs < untilMonoMs);
  }

  /** Counts anew for what the same run has armed at the same site; another run has to wait until all have ended. */
  arm(request: FaultRequest, { monoMs, wallMs }: Moment): ArmEnd {
    this.#letGo(monoMs);
    const lifted = this.#lifted.get(request.run);
    if (lifted !== undefined) return { kind: 'lifted', message: lifted };
    const other = this.#inForce.find(({ fault }) => fault.run !== request.run)?.fault;
    if (other !== undefined)
      return { kind: 'busy', message: `the drill run ${other.run} of ${other.by.name} has a fault at ${other.site}` };
    const isSame = ({ fault: { site, kind } }: Kept): boolean => site === request.site && kind === request.kind;
    const before = this.#inForce.find(isSame)?.fault.sharePct ?? 0;
    const others = this.#inForce.filter((kept) => !isSame(kept));
    if (others.length >= mostFaults) return { kind: 'full', message: `more than ${mostFaults} faults at once` };
    const fault: Fault = { ...request, armedAtMs: wallMs, untilMs: wallMs + request.forMs };
    this.#inForce = [...others, { fault, untilMonoMs: monoMs + request.forMs }];
    // Of those spared so far; without this, arming again every few seconds would in the end hit everything that runs.
    const newShare = before >= 100 ? 0 : Math.max(0, (request.sharePct - before) / (100 - before));
    return { kind: 'armed', fault, newShare };
  }

  /** Ends those of one run, or all; what was ended so is not armed again. */
  lift({ because, run }: LiftReason, { monoMs, wallMs }: Moment): void {
    this.#letGo(monoMs);
    const meant = this.#inForce.filter(({ fault }) => run === undefined || fault.run === run);
    for (const each of new Set([...meant.map(({ fault }) => fault.run), ...(run === undefined ? [] : [run])]))
      this.#forbid(each, because);
    this.#end(meant, (fault) => ({ ...fault, endedAtMs: wallMs, because }));
  }

  sight(monoMs: number): FaultSight {
    this.#letGo(monoMs);
    return { inForce: this.#inForce.map(({ fault }) => fault), ended: this.#ended };
  }

  /** Those whose time is over ended when it was, whenever somebody looks. */
  #letGo(monoMs: number): void {
    const over = this.#inForce.filter(({ untilMonoMs }) => monoMs >= untilMonoMs);
    // Who comes back after that must not go on: somebody may have counted on its end.
    for (const { fault } of over) this.#forbid(fault.run, late);
    this.#end(over, (fault) => ({ ...fault, endedAtMs: fault.untilMs, because: late }));
  }

  /** The newest are known: whoever is forgotten died long ago. */
  #forbid(run: string, because: string): void {
    this.#lifted.delete(run);
    this.#lifted.set(run, because);
    for (const oldest of this.#lifted.keys()) if (this.#lifted.size > mostFaults) this.#lifted.delete(oldest);
  }

  #end(kept: readonly Kept[], ended: (fault: Fault) => EndedFault): void {
    if (kept.length === 0) return;
    this.#inForce = this.#inForce.filter((each) => !kept.includes(each));
    if (this.#inForce.length === 0) this.#hanging.clear();
    this.#ended = [...this.#ended, ...kept.map(({ fault }) => ended(fault))].slice(-mostFaults);
  }
}
