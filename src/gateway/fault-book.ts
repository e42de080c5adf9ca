/** The faults a drill has armed for one deployment. In memory alone: whoever stops the gateway undoes them too. */
import type { EndedFault, Fault, FaultRequest, FaultSight } from '../model/fault.ts';

/** Of one deployment at once. */
const maxInForce = 16;
const maxEnded = 16;

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
  | { readonly kind: 'busy' | 'full'; readonly message: string };

export class FaultBook {
  #inForce: readonly Kept[] = [];
  #ended: readonly EndedFault[] = [];

  /** Whether what is sent to a site now is to be lost; `random` draws, and only when there is something to draw for. */
  swallows(site: string, monoMs: number, random: () => number): boolean {
    for (const { fault, untilMonoMs } of this.#inForce)
      if (fault.site === site && monoMs < untilMonoMs) return random() * 100 < fault.sharePct;
    return false;
  }

  has(site: string, monoMs: number): boolean {
    return this.#inForce.some(({ fault, untilMonoMs }) => fault.site === site && monoMs < untilMonoMs);
  }

  /** Counts anew for what the same run has armed at the same site; another run has to wait until all have ended. */
  arm(request: FaultRequest, { monoMs, wallMs }: Moment): ArmEnd {
    this.#letGo(monoMs);
    const other = this.#inForce.find(({ fault }) => fault.run !== request.run)?.fault;
    if (other !== undefined)
      return { kind: 'busy', message: `the drill run ${other.run} of ${other.by.name} has a fault at ${other.site}` };
    const isSame = ({ fault: { site, kind } }: Kept): boolean => site === request.site && kind === request.kind;
    const before = this.#inForce.find(isSame)?.fault.sharePct ?? 0;
    const others = this.#inForce.filter((kept) => !isSame(kept));
    if (others.length >= maxInForce) return { kind: 'full', message: `more than ${maxInForce} faults at once` };
    const fault: Fault = { ...request, armedAtMs: wallMs, untilMs: wallMs + request.forMs };
    this.#inForce = [...others, { fault, untilMonoMs: monoMs + request.forMs }];
    // Of those spared so far; without this, arming again every few seconds would in the end hit everything that runs.
    const newShare = before >= 100 ? 0 : Math.max(0, (request.sharePct - before) / (100 - before));
    return { kind: 'armed', fault, newShare };
  }

  /** Ends all; nothing when none is in force. */
  lift(because: string, { monoMs, wallMs }: Moment): void {
    this.#letGo(monoMs);
    this.#end(this.#inForce, (fault) => ({ ...fault, endedAtMs: wallMs, because }));
  }

  sight(monoMs: number): FaultSight {
    this.#letGo(monoMs);
    return { inForce: this.#inForce.map(({ fault }) => fault), ended: this.#ended };
  }

  /** Those whose time is over ended when it was, whenever somebody looks. */
  #letGo(monoMs: number): void {
    const over = this.#inForce.filter(({ untilMonoMs }) => monoMs >= untilMonoMs);
    this.#end(over, (fault) => ({ ...fault, endedAtMs: fault.untilMs, because: 'nobody armed it again in time' }));
  }

  #end(kept: readonly Kept[], ended: (fault: Fault) => EndedFault): void {
    if (kept.length === 0) return;
    this.#inForce = this.#inForce.filter((each) => !kept.includes(each));
    this.#ended = [...this.#ended, ...kept.map(({ fault }) => ended(fault))].slice(-maxEnded);
  }
}
