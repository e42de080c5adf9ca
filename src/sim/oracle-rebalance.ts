/** Rebalancing as it really is: what it plans, under whose turn, what came between, and that it comes to rest. */
import type { RebalanceEnd } from '../engine/rebalance/run-rebalance.ts';
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { RebalancePlan } from '../model/rebalance-plan.ts';
import { sameWeights } from '../model/weights.ts';
import type { Incarnation } from './incarnation.ts';
import { evenTariff, type Tariff } from './tariff.ts';
import type { World } from './world.ts';

/** Once nothing goes wrong any more: more runs than this that change something never come to rest. */
const mostChanges = 15;
/** And so many in a row that find nothing to do are rest. */
const restRuns = 2;

interface Course {
  /** When it asked for a change last, monotonic milliseconds. */
  saidAtMs: number;
  /** Of what there was when it was planned: undefined before. */
  known: ReadonlySet<string> | undefined;
}

type Plan = Extract<RebalancePlan['outcome'], { kind: 'plan' }>;

export class RebalanceBook {
  /** What the world is written with. */
  readonly tariff: Tariff;
  /** Since nothing goes wrong any more: runs that changed something, and those in a row that did not. */
  #changes = 0;
  #quiet = 0;
  readonly #world: World;
  readonly #courses = new Map<Incarnation, Course>();
  /** Operations: when they were opened, monotonic milliseconds, and the host that asked for them. */
  readonly #opened = new Map<string, { readonly atMs: number; readonly by: string | undefined }>();
  /** How many runs ended so. */
  readonly ended = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.tariff = evenTariff(world.options);
    world.watchers.push((draft) => this.#watch(draft));
  }

  /** Somebody still has to look whether anything is to be changed. */
  get isUnsettled(): boolean {
    return this.#world.chance.isOver && this.#quiet < restRuns;
  }

  /** Somebody is at it: what a drill finds is not yet what it is to leave. */
  get isUnderWay(): boolean {
    return this.#courses.size > 0;
  }

  begin(life: Incarnation): void {
    this.#courses.set(life, { known: undefined, saidAtMs: Number.NEGATIVE_INFINITY });
  }

  /** It is about to be carried out. I19: nothing of it is where it may not be. */
  notePlan(life: Incarnation, { outcome }: RebalancePlan): void {
    const course = this.#courses.get(life);
    if (course === undefined || outcome.kind !== 'plan') return;
    const { ghost } = this.#world;
    course.known = new Set(ghost.operations.keys());
    for (const { site, replicas, weight } of outcome.changes) {
      if (this.#isForeign(site) && (replicas.after > replicas.before || weight.after > weight.before))
        ghost.violate('I19', `a rebalancing plans more at ${site}, which lies where it may not`);
    }
  }

  /** It is about to ask for a change. I1: under its turn. I7: of a world that nobody else has changed since it was planned. */
  noteSaid(life: Incarnation, line: string): void {
    const { ghost, options } = this.#world;
    if (ghost.turns.usableUntilMs(life.turn ?? Number.NaN) <= ghost.nowMs)
      ghost.violate('I1', `${life.name} is about to ${line}, and its turn at rebalancing is over`);
    const course = this.#courses.get(life);
    if (course !== undefined) course.saidAtMs = ghost.nowMs;
    for (const [id, { atMs, by }] of this.#opened)
      if (course?.known?.has(id) === false && by !== life.name && ghost.nowMs - atMs > options.leaseTtlMs)
        ghost.violate('I7', `${life.name} is about to ${line} though ${id} came after it was planned`);
  }

  /** Undefined: the process is dead, or its store failed. */
  end(life: Incarnation, end: RebalanceEnd | undefined): void {
    const course = this.#courses.get(life);
    this.#courses.delete(life);
    if (course === undefined) return;
    const what = end === undefined ? 'lost' : end.kind === 'unchanged' ? end.why : end.kind;
    this.ended.set(what, (this.ended.get(what) ?? 0) + 1);
    const isLast = [...this.#opened.values()].every(({ atMs, by }) => atMs < course.saidAtMs || by === life.name);
    if (end?.kind === 'changed' && end.left.length === 0 && isLast) this.#checkDone(end.plan.outcome);
    if (!this.#world.chance.isOver) return;
    const hasChanged = end?.kind === 'changed' && end.done.length > 0;
    const isQuiet = end?.kind === 'unchanged' && !(end.why === 'no-plan' && end.plan.outcome.kind === 'unknown');
    this.#quiet = isQuiet ? this.#quiet + 1 : 0;
    if (!hasChanged) return;
    this.#changes += 1;
    if (this.#changes > mostChanges)
      this.#world.ghost.violate('I24', `rebalancing does not come to rest: ${this.#changes} runs changed something`);
  }

  /** I32: what is called done is so, unless somebody else has done something since. */
  #checkDone(outcome: RebalancePlan['outcome']): void {
    const { ghost, gateway, newest } = this.#world;
    if (outcome.kind !== 'plan' || ghost.open !== undefined || !gateway.isUp) return;
    const weights = outcome.allocation.weights['chat'] ?? {};
    if (isMoved(outcome) && gateway.entry !== undefined && !sameWeights(weights, gateway.entry.weights))
      ghost.violate('I32', `a rebalancing is done, and the weights are ${JSON.stringify(gateway.entry.weights)}`);
    const standing = [...newest.standing.values()].map((each) => each.standing);
    for (const { site, replicas } of outcome.changes) {
      const set = standing.find((each) => each.kind === 'scale' && each.site === site);
      if (replicas.after !== replicas.before && set?.kind === 'scale' && set.replicas !== replicas.after)
        ghost.violate('I32', `a rebalancing is done, and ${site} is to have ${set.replicas}, not ${replicas.after}`);
    }
    for (const change of outcome.changes) this.#checkMarkets(change);
  }

  /** What was to go from a market has gone: whatever broke since, nobody has started anything. */
  #checkMarkets({ site, markets = [], byMarket }: Plan['changes'][number]): void {
    if (byMarket === undefined) return;
    const alive = this.#world.clouds.get(site)?.alive() ?? [];
    for (const { market, after } of markets) {
      const left = alive.filter(({ replica }) => replica.market === market).length;
      if (left > after)
        this.#world.ghost.violate('I32', `a rebalancing is done, and ${site} has ${left} in ${market}, not ${after}`);
    }
  }

  #watch({ body }: JournalDraft): void {
    if (body.kind !== 'operation' || body.operation.state !== 'planned') return;
    const { id, plan } = body.operation;
    const by = this.#world.newest.requests.get(plan.requestId ?? '')?.by.host;
    this.#opened.set(id, { atMs: this.#world.ghost.nowMs, by });
    if (plan.trigger === 'rebalance') this.#checkOpened(body.operation);
  }

  /** I12: nobody answers for it. */
  #checkOpened({ id, plan: { overrides = [] } }: Operation): void {
    if (overrides.length === 0) return;
    this.#world.ghost.violate('I12', `${id} rebalances, and nobody may answer for ${overrides.join()}`);
  }

  #isForeign(site: string): boolean {
    const { sites, deployments } = this.#world.config;
    const allowed = deployments.flatMap(({ residency }) => residency);
    return sites.find(({ name }) => name === site)?.residency.every((each) => allowed.includes(each)) !== true;
  }
}

function isMoved({ changes }: Plan): boolean {
  return changes.some(({ weight }) => weight.before !== weight.after);
}
