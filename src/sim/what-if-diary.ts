/** What is worth telling of a world, in order: what struck, what was decided and why, what moved, how users fared. */
import { reasonsOf } from '../model/decision.ts';
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Reason } from '../model/reason.ts';
import type { SimulatedMishap, SimulatedMoment } from '../model/simulation.ts';
import type { SiteFaultSeen } from './what-if-sites.ts';
import type { World } from './world.ts';

/** More of one world is told by nobody. */
const mostMoments = 500;

const mishaps: Readonly<Record<string, SimulatedMishap>> = {
  kill: 'controller-killed',
  pause: 'controller-paused',
  cut: 'link-cut',
  gatewayRestart: 'gateway-restarted',
  wallJump: 'wall-clock-jumped',
  outage: 'cloud-refuses',
  diskStall: 'disk-stalled',
  typed: 'person-types',
};

/** A moment without its time. */
type Told = SimulatedMoment extends infer M ? (M extends SimulatedMoment ? Omit<M, 'atMs'> : never) : never;

export class Diary {
  readonly moments: SimulatedMoment[] = [];
  smallFaults = 0;
  /** Monotonic milliseconds; nothing is told before. */
  beganMs: number | undefined;
  #outage: { readonly sinceMs: number; readonly index: number; worstPct: number } | undefined;

  noteFault(seen: SiteFaultSeen, atMs: number): void {
    this.#tell({ kind: 'fault', ...seen }, atMs);
  }

  noteStrike(decision: string, atMs: number): void {
    const place = decision.split('#', 1)[0] ?? '';
    const mishap = mishaps[place];
    if (mishap !== undefined) this.#tell({ kind: 'mishap', mishap }, atMs);
    else if (place !== 'siteFault' && this.beganMs !== undefined) this.smallFaults += 1;
  }

  noteEntry({ body, atMs: wallMs }: JournalDraft, atMs: number): void {
    if (body.kind === 'decision') {
      const { decision } = body;
      const reasons = reasonsOf(decision);
      // What runs says so itself, and that all is well is no news.
      if (decision.kind === 'stay' && reasons.every(({ code }) => code === 'OperationRunning')) return;
      const { code, message } = decision.diagnosis;
      const told = { decision: decision.kind, diagnosis: code, message, reasons: reasons.map(reasonAt(wallMs)) };
      if (!this.#isSaid(told)) this.#tell({ kind: 'decision', ...told }, atMs);
      return;
    }
    if (body.kind !== 'operation' || body.operation.endedAtMs === undefined) return;
    const { id, plan, state, openedAtMs, endedAtMs, error } = body.operation;
    const tookMs = Math.max(0, endedAtMs - openedAtMs);
    const { kind: operation, trigger, from, after: weights } = plan;
    this.#tell(
      { kind: 'operation', id, operation, trigger, from, weights, state, tookMs, error: error?.message },
      atMs,
    );
  }

  /** After every event. */
  noteService(world: World): void {
    if (this.beganMs === undefined) return;
    const { monoMs } = world.schedule;
    const badPct = 100 - servedPct(world);
    if (this.#outage === undefined) {
      if (badPct === 0) return;
      this.#outage = { sinceMs: monoMs, index: this.moments.length, worstPct: badPct };
      this.#tell({ kind: 'outage', forMs: 0, worstPct: badPct, isOpen: true }, monoMs);
      return;
    }
    this.#outage.worstPct = Math.max(this.#outage.worstPct, badPct);
    if (badPct === 0) this.endService(monoMs, false);
  }

  /** An outage in progress is over, or not over when the world ends. */
  endService(atMs: number, isOpen: boolean): void {
    if (this.#outage === undefined) return;
    const { sinceMs, index, worstPct } = this.#outage;
    const moment = this.moments[index];
    if (moment?.kind === 'outage') this.moments[index] = { ...moment, forMs: atMs - sinceMs, worstPct, isOpen };
    this.#outage = undefined;
  }

  /** The last that was told is the same decision for the same reasons: a probe was lost in between. */
  #isSaid({
    decision,
    reasons,
  }: Pick<Extract<SimulatedMoment, { kind: 'decision' }>, 'decision' | 'reasons'>): boolean {
    const last = this.moments.at(-1);
    const codes = (all: typeof reasons): string => all.map(({ code }) => code).join();
    return last?.kind === 'decision' && last.decision === decision && codes(last.reasons) === codes(reasons);
  }

  #tell(told: Told, atMs: number): void {
    if (this.beganMs === undefined || this.moments.length >= mostMoments) return;
    this.moments.push({ ...told, atMs: atMs - this.beganMs });
  }
}

function reasonAt(wallMs: number) {
  return ({ code, message, untilMs }: Reason) => ({
    ...{ code, message },
    forMs: untilMs === undefined || untilMs <= wallMs ? undefined : untilMs - wallMs,
  });
}

/** Share of the requests that go where they are answered well, 0–100: without the gateway's own second tries. */
function servedPct({ gateway, ghost }: World): number {
  if (!gateway.isUp) return 0;
  const weights = Object.entries(gateway.entry?.weights ?? {});
  return weights.reduce((sum, [site, weight]) => sum + (ghost.isServing(site) ? weight : 0), 0);
}
