/** Drills as they really are: who runs them, what they did, what else happened; I33 at their end, and I13 while they last. */
import type { PlannedFault } from '../model/drill.ts';
import type { DrillBody, DrillRun } from '../model/drill-run.ts';
import type { Fault } from '../model/fault.ts';
import type { JournalBody, JournalDraft } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Replica } from '../model/replica.ts';
import { sameWeights } from '../model/weights.ts';
import { footingOf, isSound } from './footing.ts';
import type { Incarnation } from './incarnation.ts';
import { type Course, checkAwake, checkBack, checkOver, checkPassed, checkUndone, hitOf } from './oracle-drill-end.ts';
import type { World } from './world.ts';

/** A fault stands for so long without being armed again, and what was on its way then; milliseconds. */
const standsForMs = 10_000 + 100;
/** From Ctrl-C to the end of the undo, in milliseconds. */
const undoneWithinMs = 6000;
/** A person's move that began so lately need not be known, in milliseconds. */
const takenMs = 3000;
/** What a process asked for that died, and nobody watched, may be carried out as late as this, in milliseconds. */
const lastsMs = 120_000;

/** What a drill itself can be the cause of, and what everything has to cope with by itself. */
const mild = /^(drill|(call|disk|stale)\/(drill-|host-)|link\/|notices\/|stale\/|kill#|pause#)/;
/** Steps that change what users get, or what serves them. */
const changes: ReadonlySet<string> = new Set(['weigh', 'fence', 'drain', 'cut', 'stop', 'trim', 'launch']);

export class DrillBook {
  readonly #world: World;
  /** By every life that runs it or undoes it. */
  readonly #lives = new Map<Incarnation, Course>();
  readonly #courses = new Set<Course>();
  /** Moves that were rehearsed, and are to count against nothing any more. */
  readonly #rehearsed = new Set<string>();
  /** When anything went wrong last, and when one was given up for good, monotonic milliseconds. */
  #struckAtMs = Number.NEGATIVE_INFINITY;
  #lostAtMs = Number.NEGATIVE_INFINITY;
  /** How many ended, by verdict; `lost`: its process died before anybody watched. `checked`: nothing else happened. */
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
    const { schedule, wallAheadMs } = this.#world;
    // One that begins beside another finds what that one has made of it.
    const isCalm = this.#courses.size === 0 && this.#world.rebalances?.isUnderWay !== true;
    const isAlone = isCalm && schedule.monoMs - this.#lostAtMs > lastsMs && isSound(this.#world);
    const course: Course = {
      beganAtMs: schedule.monoMs + wallAheadMs,
      ...{ desk: life.name, faults, before: footingOf(this.#world), isAlone, takenAtMs: undefined },
      ...{ runs: new Set(), hits: new Set(), hung: new Set(), moves: new Set() },
    };
    this.#lives.set(life, course);
    this.#courses.add(course);
  }

  /** Whoever ran it is dead: what is armed is over soon, whether or not anybody undoes it. */
  died(life: Incarnation): void {
    const course = this.#lives.get(life);
    if (course === undefined) return;
    const why = `whoever armed it died ${standsForMs} ms ago`;
    this.#world.schedule.after(standsForMs, () => checkOver(this.#world, course, why, -1));
  }

  /** Another life undoes it. */
  takeOver(from: Incarnation, to: Incarnation): void {
    const course = this.#lives.get(from);
    if (course !== undefined) this.#lives.set(to, course);
  }

  /** The process asks for a fault under this name. */
  noteRun(life: Incarnation, run: string): void {
    this.#lives.get(life)?.runs.add(run);
  }

  noteArmed(fault: Fault): void {
    if (fault.sharePct === 0) return;
    for (const course of this.#courses)
      if (course.runs.has(fault.run)) course.hits.add(hitOf(fault));
      else course.isAlone = false;
  }

  /** A replica was killed or stopped where it stood. */
  noteDisturbed(life: Incarnation, kind: 'kill' | 'hang', { site, bootId }: Pick<Replica, 'site' | 'bootId'>): void {
    const own = this.#lives.get(life);
    for (const course of this.#courses) {
      if (course === own) continue;
      course.isAlone = false;
      // Whoever hung it last answers for it.
      course.hung.delete(bootId);
    }
    own?.hits.add(hitOf({ kind, site, sharePct: 100 }));
    if (kind === 'hang') own?.hung.add(bootId);
  }

  noteStrike(decision: string): void {
    this.#struckAtMs = this.#world.schedule.monoMs;
    if (!mild.test(decision)) for (const course of this.#courses) course.isAlone = false;
  }

  /** Somebody pressed Ctrl-C: whatever it was at, it undoes what it broke. */
  interrupt(life: Incarnation): void {
    const course = this.#lives.get(life);
    const { schedule } = this.#world;
    const sinceMs = schedule.monoMs;
    if (course === undefined) return;
    schedule.after(undoneWithinMs, () => {
      // Where something else struck meanwhile it may have to be told again, or stand still.
      if (this.#struckAtMs < sinceMs) checkOver(this.#world, course, `Ctrl-C was pressed ${undoneWithinMs} ms ago`, 0);
    });
  }

  /** It goes on record: what is called undone is. */
  noteWritten(life: Incarnation, body: DrillBody): void {
    const course = this.#lives.get(life);
    if (course === undefined || body.kind !== 'action' || body.what !== 'undo' || body.state !== 'done') return;
    checkUndone(this.#world, course, body.fault);
  }

  /** `run`: what it came to; undefined: its process died before anything was broken, and nobody watched. */
  end(life: Incarnation, run: DrillRun | undefined): void {
    const world = this.#world;
    const course = this.#lives.get(life);
    if (course === undefined) return;
    if (run === undefined) this.#lostAtMs = world.schedule.monoMs;
    this.#count(run?.end.verdict ?? 'lost');
    if (run !== undefined && run.end.undo !== 'unknown') checkOver(world, course, `its undo is ${run.end.undo}`, 0);
    if (run !== undefined) this.#checkHeldBack(course, run);
    if (run?.end.verdict === 'passed') checkPassed(world, course, run);
    world.schedule.after(standsForMs, () => {
      checkOver(world, course, `nobody runs it for ${standsForMs} ms`, -1);
      checkAwake(world, course);
      if (course.isAlone) {
        this.#count('checked');
        checkBack(world, course, run === undefined ? 'lost' : `${run.end.verdict} (${run.end.because.join('; ')})`);
      }
      this.#courses.delete(course);
    });
  }

  #count(what: string): void {
    this.ended.set(what, (this.ended.get(what) ?? 0) + 1);
  }

  /** What was rehearsed holds back nothing that comes after it: for whoever looks next it is acknowledged. */
  #checkHeldBack({ moves, isAlone }: Course, { end: { because } }: DrillRun): void {
    const isRehearsed = (text: string): boolean => [...this.#rehearsed].some((id) => text.includes(id));
    const held = because.find((each) => each.startsWith('CoolDown') && isRehearsed(each));
    if (held !== undefined) this.#world.ghost.violate('I33', `what was only rehearsed counts: ${held}`);
    if (isAlone && !because.some((each) => each.includes('not acknowledged')))
      for (const id of moves) this.#rehearsed.add(id);
  }

  #watch({ body }: JournalDraft): void {
    if (body.kind === 'step') this.#checkStep(body);
    if (body.kind !== 'operation') return;
    const { id, plan, state } = body.operation;
    if (plan.trigger === 'manual') this.#checkTaken(body.operation);
    if (state !== 'planned' || plan.kind !== 'failover' || plan.trigger !== 'automatic') return;
    for (const { hits, moves } of this.#courses) if (hits.size > 0) moves.add(id);
  }

  /** What a person has moved meanwhile is theirs: a drill gives nothing back any more. */
  #checkTaken({ id, plan: { kind, requestId, before, after }, state, openedAtMs }: Operation): void {
    const { newest, ghost, schedule, wallAheadMs, options } = this.#world;
    const request = newest.requests.get(requestId ?? '');
    for (const course of this.#courses) {
      const isOwn = request?.by.host.startsWith(course.desk) === true;
      // What was taken back has moved nothing; what was under way before is what the drill begins with.
      const isSince = openedAtMs >= course.beganAtMs;
      if (!isOwn && isSince && state === 'done' && !sameWeights(before, after))
        course.takenAtMs ??= schedule.monoMs + wallAheadMs;
      if (!isOwn || state !== 'planned' || options.every.wallJump > 0) continue;
      if (request.atMs > (course.takenAtMs ?? Number.POSITIVE_INFINITY) + takenMs)
        ghost.violate('I33', `${id}: a drill asks for a ${kind}, and a person has moved the traffic since it began`);
    }
  }

  /** I13: what a person moves, or rebalancing, is not moved while a drill breaks something. */
  #checkStep({ operationId, index, state, part }: Extract<JournalBody, { kind: 'step' }>): void {
    if (state !== 'intended' || part !== undefined) return;
    const { ghost, gateway } = this.#world;
    const plan = ghost.operations.get(operationId)?.plan;
    const step = plan?.steps[index];
    if (plan === undefined || plan.trigger === 'automatic' || step === undefined || !changes.has(step.kind)) return;
    for (const { run, kind, site, sharePct } of gateway.faults?.inForce ?? [])
      if (sharePct > 0) ghost.violate('I13', `${operationId} begins ${step.name} while ${run} has ${kind} at ${site}`);
  }
}
