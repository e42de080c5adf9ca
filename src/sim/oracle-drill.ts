/** I33 and I13: what a drill breaks is over with it, all is as it was before it, and nobody moves traffic under it. */
import type { PlannedFault } from '../model/drill.ts';
import type { DrillRun, Footing } from '../model/drill-run.ts';
import type { Fault } from '../model/fault.ts';
import type { JournalBody, JournalDraft } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import { sameWeights } from '../model/weights.ts';
import { footingOf, isSound } from './footing.ts';
import type { Incarnation } from './incarnation.ts';
import type { World } from './world.ts';

/** A fault stands for so long without being armed again, and what was on its way then; milliseconds. */
const standsForMs = 10_000 + 100;
/** A look that comes later than this leaves a hole in what was measured, in milliseconds. */
const longestGapMs = 4000;

/** A person's move that began so lately need not be known, in milliseconds. */
const takenMs = 3000;

/** From Ctrl-C to the end of the undo, in milliseconds. */
const undoneWithinMs = 6000;

/** What a process asked for that died may be carried out as late as this, in milliseconds. */
const lastsMs = 120_000;

/** One process that runs a drill. */
interface Course {
  readonly life: Incarnation;
  readonly faults: readonly PlannedFault[];
  readonly before: Footing;
  /** Under which the gateway knows it. */
  readonly runs: Set<string>;
  /** What truly was done, of whatever the gateway or a cloud was asked for. */
  readonly hits: Set<string>;
  /** Boots that it has stopped where they stand. */
  readonly hung: Set<string>;
  /** When a person began to move the traffic since it began, epoch milliseconds. */
  takenAtMs: number | undefined;
  /** Automatic failovers that it is the cause of. */
  readonly moves: Set<string>;
  /** Nothing else was amiss when it began, and nothing else has happened since. */
  isAlone: boolean;
}

/** What a drill itself can be the cause of, and what everything has to cope with by itself. */
const mild = /^(drill|(call|disk|stale)\/(drill-|host-)|link\/|notices\/|stale\/|kill#|pause#)/;

export class DrillBook {
  readonly #world: World;
  /** When anything went wrong last, monotonic milliseconds. */
  #struckAtMs = Number.NEGATIVE_INFINITY;
  /** When whoever ran one died last, monotonic milliseconds. */
  #lostAtMs = Number.NEGATIVE_INFINITY;
  readonly #courses = new Map<Incarnation, Course>();
  /** Moves that were rehearsed, and are to count against nothing any more. */
  readonly #rehearsed = new Set<string>();
  /** How many ended, by verdict; `lost`: whoever ran it died. */
  readonly ended = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    world.watchers.push((draft) => this.#watch(draft));
  }

  /** Or was so lately that what it left is not known yet. */
  get isUnderWay(): boolean {
    return this.#courses.size > 0;
  }

  begin(life: Incarnation, faults: readonly PlannedFault[]): void {
    const before = footingOf(this.#world);
    // One that begins beside another finds what that one has made of it.
    const isAlone =
      this.#courses.size === 0 && this.#world.schedule.monoMs - this.#lostAtMs > lastsMs && isSound(this.#world);
    this.#courses.set(life, {
      life,
      faults,
      before,
      isAlone,
      runs: new Set(),
      hits: new Set(),
      hung: new Set(),
      moves: new Set(),
      takenAtMs: undefined,
    });
  }

  /** The process asks for a fault under this name. */
  noteRun(life: Incarnation, run: string): void {
    this.#courses.get(life)?.runs.add(run);
  }

  noteArmed(fault: Fault): void {
    if (fault.sharePct === 0) return;
    for (const course of this.#courses.values()) {
      if (course.runs.has(fault.run)) course.hits.add(hitOf(fault));
      else course.isAlone = false;
    }
  }

  /** A replica was killed or stopped where it stood. */
  noteDisturbed(life: Incarnation, kind: 'kill' | 'hang', { site, bootId }: Pick<Replica, 'site' | 'bootId'>): void {
    for (const course of this.#courses.values()) if (course.life !== life) course.isAlone = false;
    const own = this.#courses.get(life);
    own?.hits.add(hitOf({ kind, site, sharePct: 100 }));
    if (kind === 'hang') own?.hung.add(bootId);
  }

  noteStrike(decision: string): void {
    this.#struckAtMs = this.#world.schedule.monoMs;
    if (mild.test(decision)) return;
    for (const course of this.#courses.values()) course.isAlone = false;
  }

  /** Nothing may be thrown: what went wrong is what a drill is to say. */
  fail(life: Incarnation, thrown: unknown): void {
    this.#world.ghost.violate('I33', `a drill ended with an exception: ${String(thrown)}`);
    this.end(life, undefined);
  }

  /** `run`: what it came to; undefined: whoever ran it died. */
  end(life: Incarnation, run: DrillRun | undefined): void {
    const { schedule } = this.#world;
    const course = this.#courses.get(life);
    if (course === undefined) return;
    if (run === undefined) this.#lostAtMs = schedule.monoMs;
    const verdict = run?.end.verdict ?? 'lost';
    if ((globalThis as any).__why2) console.log('W', verdict, run?.end.because); // SHIM
    const g = (globalThis as any).__drills;
    if (g) g[verdict] = (g[verdict] ?? 0) + 1; // SHIM
    if (g && (globalThis as any).__why) console.log(schedule.monoMs.toFixed(0), verdict, run?.end.because); // SHIM
    this.ended.set(verdict, (this.ended.get(verdict) ?? 0) + 1);
    if (run !== undefined && run.end.undo !== 'unknown') this.#checkOver(course, `its undo is ${run.end.undo}`, 0);
    if (run !== undefined) this.#checkHeldBack(course, run);
    if (run?.end.verdict === 'passed') this.#checkPassed(course, run);
    schedule.after(standsForMs, () => {
      this.#checkOver(course, `nobody runs it for ${standsForMs} ms`, -1);
      if (run !== undefined) this.#checkAwake(course);
      if (run !== undefined) this.#checkBack(course, run);
      this.#courses.delete(life);
    });
  }

  /** Somebody pressed Ctrl-C: whatever it was at, it undoes what it broke. */
  interrupt(life: Incarnation): void {
    const course = this.#courses.get(life);
    const { schedule } = this.#world;
    const sinceMs = schedule.monoMs;
    if (course === undefined) return;
    schedule.after(undoneWithinMs, () => {
      // Where something else struck meanwhile it may have to be told again, or stand still.
      if (this.#struckAtMs < sinceMs) this.#checkOver(course, `Ctrl-C was pressed ${undoneWithinMs} ms ago`, 0);
    });
  }

  /** `abovePct`: what hits nothing is no harm, and yet is to go by itself. */
  #checkOver({ runs }: Course, why: string, abovePct: number): void {
    const { gateway, ghost } = this.#world;
    for (const { run, kind, site, sharePct } of gateway.faults?.inForce ?? [])
      if (runs.has(run) && sharePct > abovePct)
        ghost.violate('I33', `${kind} of ${run} is in force at ${site}, and ${why}`);
  }

  /** What was stopped where it stands goes on. */
  #checkAwake({ hung }: Course): void {
    for (const cloud of this.#world.clouds.values())
      for (const bootId of cloud.hung)
        if (hung.has(bootId))
          this.#world.ghost.violate('I33', `${bootId} at ${cloud.site} hangs, and its drill is over`);
  }

  /** Whatever it came to: where nothing else happened all is as it was. */
  #checkBack(course: Course, { end: { verdict, because } }: DrillRun): void {
    const { ghost } = this.#world;
    if (!course.isAlone) return;
    const g = (globalThis as any).__drills;
    if (g) {
      const k = 'checked ' + verdict + ' ' + (course.hits.size > 0);
      g[k] = (g[k] ?? 0) + 1;
    } // SHIM
    this.ended.set('checked', (this.ended.get('checked') ?? 0) + 1);
    const { before } = course;
    const after = footingOf(this.#world);
    const said = `after a drill that is ${verdict} (${because.join('; ')})`;
    if (!sameWeights(before.weights, after.weights))
      ghost.violate('I33', `the weights are ${show(after.weights)}, not ${show(before.weights)}, ${said}`);
    if (show(before.replicas) !== show(after.replicas))
      ghost.violate('I33', `the replicas are ${show(after.replicas)}, not ${show(before.replicas)}, ${said}`);
  }

  /** Held against what the gateway and the clouds did, and against when somebody looked. */
  #checkPassed({ faults, hits }: Course, { samples, faultAtMs, undoneAtMs }: DrillRun): void {
    const { ghost } = this.#world;
    for (const { kind, site, sharePct } of faults)
      if (!hits.has(hitOf({ kind, site, sharePct })))
        ghost.violate('I33', `a drill is passed, and its ${kind} was never in force at ${site}`);
    if (faultAtMs === undefined || undoneAtMs === undefined)
      return ghost.violate('I33', 'a drill is passed, and nothing was broken, or it is not known when it was undone');
    const looks = samples
      .map(({ atMs }) => atMs)
      .filter((atMs) => faultAtMs - longestGapMs < atMs && atMs < undoneAtMs);
    const moments = [faultAtMs, ...looks, undoneAtMs].sort((a, b) => a - b);
    for (const [index, atMs] of moments.entries()) {
      const forMs = atMs - (moments[index - 1] ?? atMs);
      if (forMs > longestGapMs) ghost.violate('I33', `a drill is passed, and nobody looked for ${forMs} ms`);
    }
  }

  /** What was rehearsed holds back nothing that comes after it: for whoever looks next it is acknowledged. */
  #checkHeldBack({ moves, isAlone }: Course, { end: { because } }: DrillRun): void {
    const held = because.find(
      (each) => each.startsWith('CoolDown') && [...this.#rehearsed].some((id) => each.includes(id)),
    );
    if (held !== undefined) this.#world.ghost.violate('I33', `what was only rehearsed counts: ${held}`);
    if (isAlone && !because.some((each) => each.includes('not acknowledged')))
      for (const id of moves) this.#rehearsed.add(id);
  }

  #watch({ body }: JournalDraft): void {
    if (body.kind === 'step') this.#checkStep(body);
    if (body.kind !== 'operation') return;
    const { id, plan, state } = body.operation;
    if (plan.trigger === 'manual') this.#checkTaken(id, plan, state);
    if (state !== 'planned') return;
    if (plan.kind !== 'failover' || plan.trigger !== 'automatic') return;
    for (const { hits, moves } of this.#courses.values()) if (hits.size > 0) moves.add(id);
  }

  /** What a person has moved meanwhile is theirs: a drill gives nothing back any more. */
  #checkTaken(id: string, { kind, requestId, before, after }: Plan, state: Operation['state']): void {
    const { newest, ghost, schedule, wallAheadMs, options } = this.#world;
    const request = newest.requests.get(requestId ?? '');
    for (const course of this.#courses.values())
      if (request?.by.host !== course.life.name) {
        // What was taken back has moved nothing.
        if (state === 'done' && !sameWeights(before, after)) course.takenAtMs ??= schedule.monoMs + wallAheadMs;
      } else if (
        options.every.wallJump === 0 &&
        request.atMs > (course.takenAtMs ?? Number.POSITIVE_INFINITY) + takenMs
      )
        console.log(
          JSON.stringify(request),
          course.life.name,
          course.takenAtMs,
        ), // SHIM
          ghost.violate('I33', `${id}: a drill asks for a ${kind}, and a person has moved the traffic since it began`);
  }

  /** I13: what a person moves is not moved while a drill breaks something. */
  #checkStep(body: Extract<JournalBody, { kind: 'step' }>): void {
    if (body.state !== 'intended' || body.part !== undefined) return;
    const { ghost, gateway } = this.#world;
    const { plan, id } = ghost.operations.get(body.operationId) ?? {};
    const step = plan?.steps[body.index];
    if (plan?.trigger !== 'manual' || step === undefined || !changes.has(step.kind)) return;
    for (const { run, kind, site, sharePct } of gateway.faults?.inForce ?? [])
      if (sharePct > 0) ghost.violate('I13', `${id} begins ${step.name} while ${run} has ${kind} at ${site}`);
  }
}

const changes: ReadonlySet<string> = new Set(['weigh', 'fence', 'drain', 'cut', 'stop', 'launch']);

/** A share says nothing of what is not about requests. */
function hitOf({ kind, site, sharePct }: Pick<PlannedFault, 'kind' | 'site' | 'sharePct'>): string {
  return `${kind} ${site} ${kind === 'kill' || kind === 'hang' ? 100 : sharePct}`;
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
