/** What drills do at the simulated gateway, by the promises of the real one: armed again in time or over, busy, lifted for good. */
import {
  type ArmedFaultKind,
  type EndedFault,
  type Fault,
  type FaultRequest,
  type FaultSight,
  mostFaults,
} from '../model/fault.ts';
import type { Reply } from '../model/outcome.ts';
import type { LiftReason } from '../ports/traffic-driver.ts';
import type { Schedule } from './schedule.ts';

const late = 'nobody armed it again in time';

interface Kept {
  readonly fault: Fault;
  readonly untilMonoMs: number;
}

export interface ArmedFaultsTerms {
  readonly schedule: Schedule;
  readonly wallMs: () => number;
  /** Something else is in force now. */
  readonly onChange: () => void;
  readonly onArmed: (fault: Fault) => void;
}

/** In memory alone: a gateway that is started again knows of none. */
export class ArmedFaults {
  readonly #terms: ArmedFaultsTerms;
  #kept: readonly Kept[] = [];
  #ended: readonly EndedFault[] = [];
  readonly #lifted = new Map<string, string>();

  constructor(terms: ArmedFaultsTerms) {
    this.#terms = terms;
  }

  get inForce(): readonly Fault[] {
    const { monoMs } = this.#terms.schedule;
    return this.#kept.filter(({ untilMonoMs }) => monoMs < untilMonoMs).map(({ fault }) => fault);
  }

  /** Of what is sent to the site, the share that this befalls, 0–1. */
  shareOf(kind: ArmedFaultKind, site: string): number {
    if (this.#kept.length === 0) return 0;
    return (this.inForce.find((each) => each.kind === kind && each.site === site)?.sharePct ?? 0) / 100;
  }

  arm(request: FaultRequest): Reply<Fault> {
    const { schedule, wallMs, onChange, onArmed } = this.#terms;
    this.#letGo();
    const lifted = this.#lifted.get(request.run);
    if (lifted !== undefined) return refused('Lifted', lifted);
    const other = this.#kept.find(({ fault }) => fault.run !== request.run)?.fault;
    if (other !== undefined) return refused('Busy', `${other.run} has a fault at ${other.site}`);
    const nowMs = wallMs();
    const fault: Fault = { ...request, armedAtMs: nowMs, untilMs: nowMs + request.forMs };
    const others = this.#kept.filter((each) => each.fault.site !== request.site || each.fault.kind !== request.kind);
    this.#kept = [...others, { fault, untilMonoMs: schedule.monoMs + request.forMs }];
    // What it did ends with it, whether or not anybody looks.
    schedule.after(request.forMs, () => this.#letGo());
    onArmed(fault);
    onChange();
    return { kind: 'done', value: fault };
  }

  /** Without a run: all of them. */
  lift({ because, run }: LiftReason): Reply<void> {
    this.#letGo();
    const meant = this.#kept.filter(({ fault }) => run === undefined || fault.run === run);
    for (const each of [...meant.map(({ fault }) => fault.run), ...(run === undefined ? [] : [run])])
      this.#lifted.set(each, because);
    this.#end(meant, because);
    return { kind: 'done', value: undefined };
  }

  sight(): FaultSight {
    this.#letGo();
    return { inForce: this.inForce, ended: this.#ended };
  }

  /** The gateway is gone, and all that it kept in memory. */
  drop(): void {
    this.#lifted.clear();
    this.#ended = [];
    if (this.#kept.length === 0) return;
    this.#kept = [];
    this.#terms.onChange();
  }

  #letGo(): void {
    const { monoMs } = this.#terms.schedule;
    const over = this.#kept.filter(({ untilMonoMs }) => monoMs >= untilMonoMs);
    // Who comes back after that must not go on.
    for (const { fault } of over) this.#lifted.set(fault.run, late);
    this.#end(over, late);
  }

  #end(kept: readonly Kept[], because: string): void {
    if (kept.length === 0) return;
    const endedAtMs = this.#terms.wallMs();
    this.#kept = this.#kept.filter((each) => !kept.includes(each));
    this.#ended = [...this.#ended, ...kept.map(({ fault }) => ({ ...fault, endedAtMs, because }))].slice(-mostFaults);
    this.#terms.onChange();
  }
}

function refused(code: string, message: string): Reply<never> {
  return { kind: 'refused', error: { class: 'conflict', code, message } };
}
