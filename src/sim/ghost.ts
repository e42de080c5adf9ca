/** What really is, for the oracles alone: nothing that the engine decides may look here. */
import type { Fence } from '../core/routing/accept-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import { sameWeights } from '../model/weights.ts';
import type { WriteCall } from '../ports/call.ts';
import type { CloudEvent } from './cloud.ts';
import type { Incarnation } from './incarnation.ts';
import { LeaseTable } from './lease-table.ts';

export interface Violation {
  /** Such as `I14`. */
  readonly invariant: string;
  readonly message: string;
  /** Virtual milliseconds. */
  readonly atMonoMs: number;
}

/** Of a gateway that lost its table: the weights it held, and the newest order it had taken. */
interface Lost extends Fence {
  readonly weights: Weights;
}

/** Whether users get good answers from a site, and since when (monotonic milliseconds). */
export interface SiteTruth {
  isServing: boolean;
  sinceMs: number;
  /** Monotonic milliseconds; the far past when it never did. */
  lastServedMs: number;
  lastFailedMs: number;
  /** Its probes are good, and when they last were. */
  isProvable: boolean;
  lastProvableMs: number;
}

/** More violations of one world say nothing new. */
const mostViolations = 20;

export class Ghost {
  readonly violations: Violation[] = [];
  /** Of the deployment, and of whoever rebalances. */
  readonly leases: LeaseTable;
  readonly turns: LeaseTable;
  readonly cloudEvents: CloudEvent[] = [];
  readonly sites = new Map<string, SiteTruth>();
  /** Who wrote an entry: its operation, and when that life began. */
  readonly issuers = new WeakMap<RouteEntry, { readonly operationId: string; readonly bornAtMs: number }>();
  /** What the journal holds as intended: `operation/index/part`. */
  readonly intents = new Set<string>();
  /** All operations as last journaled. */
  readonly operations = new Map<string, Operation>();
  /** When they ended, monotonic milliseconds. */
  readonly endedAtMs = new Map<string, number>();
  /** The operation in progress and the step it has got to. */
  open: Operation | undefined;
  step: Step | undefined;
  /** When that step could begin at the earliest, monotonic milliseconds. */
  stepSinceMs = 0;
  /** What was sent under each `epoch/version`. */
  readonly tables = new Map<string, RouteEntry>();
  /** Versions of refreshes that the journal holds as intended: `epoch/version`. */
  readonly refreshes = new Set<string>();
  /** The weights that somebody rightly set last. */
  weights: Weights | undefined;
  /** What was in force when a gateway lost its table, until an operation moves the weights: it may be given to it again. */
  lost: Lost | undefined;
  /** All weights that the gateway had, each as often as they were other ones than before. */
  readonly weighed: Weights[] = [];
  /** When the gateway took other weights, monotonic milliseconds. */
  weighedAtMs = 0;
  /** An older copy of the state is in place: nothing may be changed with it (I30). */
  rolledBackSinceMs: number | undefined;
  /** Operations that only an older copy of the state knows. */
  readonly strays = new Set<string>();
  /** Automatic failovers that moved weights. */
  readonly moves = new Set<string>();
  /** Grows with every opened operation, every request and every word of a person that was taken. */
  revision = 0;
  /** When each drain could begin at the earliest, monotonic milliseconds: `operation/index`. */
  readonly drains = new Map<string, number>();
  /** Operations that moved weights. */
  readonly movers = new Set<string>();
  /** Operations during which somebody meddled, or the gateway lost its table. */
  readonly disturbed = new Set<string>();
  /** Requests of people that were taken, by the revision they were based on. */
  readonly requests = new Map<number, string>();
  /** `operation/site`: what a hedged start made there is not to be released. */
  readonly #staying = new Set<string>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.leases = new LeaseTable(nowMs, (invariant, message) => this.violate(invariant, message));
    this.turns = new LeaseTable(nowMs, (invariant, message) => this.violate(invariant, `of rebalancing: ${message}`));
  }

  get nowMs(): number {
    return this.#nowMs();
  }

  violate(invariant: string, message: string): void {
    if (this.violations.length < mostViolations) this.violations.push({ invariant, message, atMonoMs: this.#nowMs() });
  }

  /** I1: whoever issues a change holds the lease, and its call ends before the lease does. I29: its journal is sound. */
  checkIssue(life: Incarnation, what: string, { epoch, deadlineAtMonoMs }: WriteCall): void {
    if (life.hasLostJournal) this.violate('I29', `${what} is issued by ${life.name} after its journal failed`);
    // The leases of an older copy are not known here; that nothing is changed with it is another rule.
    if (this.rolledBackSinceMs !== undefined) return;
    const untilMs = this.leases.usableUntilMs(epoch);
    if (this.nowMs >= untilMs) this.violate('I1', `${what} is issued under epoch ${epoch}, whose lease is over`);
    else if (deadlineAtMonoMs > untilMs)
      this.violate('I1', `${what} may run until ${deadlineAtMonoMs}, its lease only until ${untilMs}`);
  }

  /** The site won a race, or had traffic when it was to be released. */
  stay(operationId: string, site: string): void {
    this.#staying.add(`${operationId}/${site}`);
  }

  stays(operationId: string, site: string): boolean {
    return this.#staying.has(`${operationId}/${site}`);
  }

  /** The gateway took these. */
  noteWeights(weights: Weights): void {
    const last = this.weighed.at(-1);
    if (last === undefined || !sameWeights(last, weights)) this.weighed.push(weights);
  }

  noteSite(site: string, isServing: boolean, isProvable: boolean): void {
    const { nowMs } = this;
    const truth = this.sites.get(site) ?? {
      ...{ isServing, sinceMs: nowMs, lastServedMs: never, lastFailedMs: never, isProvable, lastProvableMs: never },
    };
    this.sites.set(site, truth);
    if (truth.isProvable || isProvable) truth.lastProvableMs = nowMs;
    truth.isProvable = isProvable;
    if (truth.isServing) truth.lastServedMs = nowMs;
    else truth.lastFailedMs = nowMs;
    if (truth.isServing === isServing) return;
    truth.isServing = isServing;
    truth.sinceMs = nowMs;
  }

  isServing(site: string): boolean {
    return this.sites.get(site)?.isServing ?? false;
  }

  /** Whether users got good answers from the site at some moment of the last so many milliseconds. */
  hasServedWithin(site: string, ms: number): boolean {
    return this.isServing(site) || this.nowMs - (this.sites.get(site)?.lastServedMs ?? never) <= ms;
  }

  wasProvableWithin(site: string, ms: number): boolean {
    const truth = this.sites.get(site);
    return truth !== undefined && (truth.isProvable || this.nowMs - truth.lastProvableMs <= ms);
  }

  hasFailedWithin(site: string, ms: number): boolean {
    return !this.isServing(site) || this.nowMs - (this.sites.get(site)?.lastFailedMs ?? never) <= ms;
  }
}

const never = Number.NEGATIVE_INFINITY;
