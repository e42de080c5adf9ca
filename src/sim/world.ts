/** One simulated machine room: sites, a gateway, a disk, processes with controllers; the oracles watch it. */
import { runController } from '../engine/controller.ts';
import type { Config } from '../model/config.ts';
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Actor } from '../model/operation.ts';
import type { Random } from '../ports/random.ts';
import { createMemoryState, type MemoryState } from '../store/memory.ts';
import type { DrillShelf } from '../store/memory-drill-records.ts';
import { ArmedFaults } from './armed-faults.ts';
import { Cells } from './cells.ts';
import { Chance, type Dice } from './chance.ts';
import { Cloud } from './cloud.ts';
import { configOf } from './config.ts';
import { refusalAt } from './fault-port.ts';
import { Gateway } from './gateway.ts';
import { Ghost } from './ghost.ts';
import type { Host } from './host.ts';
import { Incarnation } from './incarnation.ts';
import { Link } from './link.ts';
import type { SimOptions } from './options.ts';
import { DrillBook } from './oracle-drill.ts';
import { JournalGrammar } from './oracle-journal.ts';
import { PromiseBook } from './oracle-promises.ts';
import { RebalanceBook } from './oracle-rebalance.ts';
import { checkAccepted, checkAppended, checkCloud, type Watched } from './oracles.ts';
import { depsOf } from './process-deps.ts';
import type { Solve } from './rebalances.ts';
import { Schedule } from './schedule.ts';
import { type SeedTree, seedTree } from './seed-tree.ts';
import { Shelf } from './shelf.ts';
import type { Stock, WorldTerms } from './world-terms.ts';

export class World {
  readonly options: SimOptions;
  /** As it was written first: what there is, whatever is edited. */
  readonly config: Config;
  /** What a process reads when it begins. */
  edited: Config;
  readonly schedule: Schedule;
  readonly seeds: SeedTree;
  readonly chance: Chance;
  readonly ghost: Ghost;
  readonly cells: Cells;
  /** The newest state there is. */
  readonly newest: MemoryState = createMemoryState();
  /** What a process finds when it begins: the newest, or an older copy that was put in its place. */
  disk: MemoryState = this.newest;
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly gateway: Gateway;
  /** What drills did; undefined where nobody holds any. */
  readonly drills: DrillBook | undefined;
  /** What schedulers rebalanced; undefined where none does. */
  readonly rebalances: RebalanceBook | undefined;
  readonly solve: Solve | undefined;
  /** Their records: the disk's, whatever else is put back there. */
  readonly drillShelf: DrillShelf = new Map();
  readonly links = new Map<string, Link>();
  wallAheadMs = 1_700_000_000_000;
  hosts: readonly Host[] = [];
  desks: readonly Host[] = [];
  /** Until then the disk answers nobody, monotonic milliseconds. */
  diskStallsUntilMs = 0;
  readonly #watched: Watched;
  readonly #onEntry: WorldTerms['onEntry'];
  readonly #storeLatency: Random;
  readonly #all: { readonly life: Incarnation; readonly stop: AbortController }[] = [];
  /** By host, over all its lives: what was kept from one of them may strike another. */
  readonly #interruptions = new Map<string, Dice>();
  /** Set by whoever strikes at what is journaled. */
  onAppended: (draft: JournalDraft, life: Incarnation | undefined) => void = () => undefined;
  /** Told of every entry, once the oracles have seen it. */
  readonly watchers: ((draft: JournalDraft) => void)[] = [];
  /** Whoever waits until the world has come to rest: asked anew when an operation or what users get has changed. */
  onceChanged: (() => void) | undefined;

  constructor(options: SimOptions, terms: WorldTerms = {}) {
    const { kept, cells = new Cells(), config = configOf(options), onStrike, onTry } = terms;
    this.options = options;
    this.config = config;
    this.edited = config;
    this.cells = cells;
    this.seeds = seedTree(options.seed);
    this.chance = new Chance({
      ...{ seeds: this.seeds, kept, nowMs: () => this.schedule.monoMs },
      onStrike: (id) => {
        this.drills?.noteStrike(id);
        onStrike?.(id, this.schedule.monoMs);
      },
      onTry: onTry && ((decision) => onTry({ decision, step: this.#stepNow() })),
    });
    this.#onEntry = terms.onEntry;
    this.#storeLatency = this.seeds.stream('store-latency');
    const tie = this.seeds.stream('tie');
    this.schedule = new Schedule(() => tie.next());
    this.ghost = new Ghost(() => this.schedule.monoMs);
    this.clouds = new Map(
      this.config.sites.map(({ name }) => [name, this.#cloud(name, terms.stock?.(name, this.schedule))]),
    );
    this.gateway = new Gateway({
      schedule: this.schedule,
      random: this.seeds.stream('gateway'),
      clouds: this.clouds,
      longestStreamMs: options.longestStreamMs,
      faults: options.drills === undefined ? undefined : this.#faults(),
      onAccepted: (entry, before) => {
        this.noteHealth();
        this.ghost.noteWeights(entry.weights);
        checkAccepted(this.#watched, before, entry);
      },
    });
    this.drills = options.drills === undefined ? undefined : new DrillBook(this);
    this.solve = terms.solve;
    this.rebalances = options.rebalance === undefined ? undefined : new RebalanceBook(this);
    const { ghost, clouds, gateway } = this;
    const [grammar, promises] = [new JournalGrammar(ghost, options), new PromiseBook(ghost)];
    this.#watched = { options, config, ghost, clouds, gateway, cells, grammar, promises };
  }

  #cloud(site: string, stock: Stock | undefined): Cloud {
    const { schedule, chance, options } = this;
    return new Cloud({
      ...{ site, schedule, chance, faults: options.cloud, announces: options.every.warned > 0 },
      drilled: (isStart) => refusalAt(this.gateway.faults, site, isStart),
      shelf: stock ?? (options.hasShelves ? new Shelf({ ...this, site }) : undefined),
      boot: stock && ((id) => stock.boot(id)),
      ...{ random: this.seeds.stream(`servers/${site}`), wallMs: () => Math.round(schedule.monoMs + this.wallAheadMs) },
      onEvent: (event) => checkCloud(this.#watched, event),
      onChange: () => this.noteHealth(),
    });
  }

  #faults(): ArmedFaults {
    return new ArmedFaults({
      schedule: this.schedule,
      wallMs: () => Math.round(this.schedule.monoMs + this.wallAheadMs),
      onChange: () => this.noteHealth(),
      onArmed: (fault) => this.drills?.noteArmed(fault),
    });
  }

  link(name: string): Link {
    const known = this.links.get(name);
    if (known !== undefined) return known;
    const { schedule, chance, options } = this;
    const latency = this.seeds.stream(`latency/${name}`);
    const faults = (name.startsWith('drill-') ? options.drills?.link : undefined) ?? options.link;
    const made = new Link({ name: `link/${name}`, schedule, latency, chance, faults });
    this.links.set(name, made);
    return made;
  }

  /** Begins a life of the host's controller; `ended` is called when it ends, by itself or killed. */
  boot(host: Host, ended: (how: string) => void): void {
    const { life, deps, stop } = this.enter(host, ended);
    const end = (how: string): void => {
      if (!life.isAlive) return;
      life.isAlive = false;
      ended(how);
    };
    runController(deps, stop.signal).then(
      ({ kind }) => end(kind),
      (error: unknown) => end(error instanceof Error ? error.message : String(error)),
    );
  }

  /** A new life at the host, and what it can get at. */
  enter(host: Host, onDeath: (how: string) => void, kind: Actor['kind'] = 'controller') {
    const { schedule, options } = this;
    host.lives += 1;
    const life = new Incarnation({
      ...{ name: host.name, bornAtMs: schedule.monoMs, interrupted: host.interrupted ?? options.interrupted },
      dice: this.#interruptionsAt(host),
      onDeath: () => onDeath('killed'),
      onPause: (details) => schedule.after((1 + details.next()) * options.leaseTtlMs, () => life.resume()),
    });
    host.life = life;
    life.sites = new Set(this.edited.sites.map(({ name }) => name));
    const stop = new AbortController();
    this.#all.push({ life, stop });
    return { life, stop, deps: depsOf(this, life, { kind, name: kind, host: host.name, pid: host.lives }) };
  }

  #interruptionsAt({ name, interrupted = this.options.interrupted }: Host): Dice | undefined {
    if (interrupted === 0 && !this.chance.isPlanned) return undefined;
    const dice = this.#interruptions.get(name) ?? this.chance.dice(`call/${name}`);
    this.#interruptions.set(name, dice);
    return dice;
  }

  #stepNow(): string | undefined {
    const { open, step } = this.ghost;
    return open === undefined || step === undefined ? undefined : `${open.id}/${step.name}`;
  }

  /**
   * Nothing of it runs on. Signals with listeners are kept alive by the runtime, and with them all that their listeners
   * know, until they fire; those of a process that was killed would never.
   */
  close(): void {
    for (const { life } of this.#all) life.kill();
    for (const { stop } of this.#all) stop.abort();
  }

  lives(): readonly Incarnation[] {
    return [...this.hosts, ...this.desks].flatMap(({ life }) => (life?.isAlive === true ? [life] : []));
  }

  /** Something was written to the journal. */
  noteAppended(drafts: readonly JournalDraft[], life?: Incarnation): void {
    for (const draft of drafts) this.#onEntry?.(draft, this.schedule.monoMs);
    checkAppended(this.#watched, drafts, life);
    for (const draft of drafts) this.onAppended(draft, life);
    if (this.watchers.length > 0) for (const draft of drafts) for (const watch of this.watchers) watch(draft);
    if (drafts.some(({ body }) => body.kind === 'operation')) this.#tellChanged();
  }

  /** Sqlite works in its caller's turn; a slow disk or a store elsewhere does not. */
  atDisk(run: () => void): void {
    const { monoMs } = this.schedule;
    const waitMs = Math.max(0, this.diskStallsUntilMs - monoMs) + this.options.storeMs * this.#storeLatency.next();
    if (waitMs === 0) run();
    else this.schedule.after(waitMs, run);
  }

  /** To be called whenever what a site does to its users may have changed. */
  noteHealth(): void {
    for (const [site, cloud] of this.clouds) this.#noteSite(site, cloud);
    this.gateway.note();
    this.#tellChanged();
  }

  /** Where a drill takes a part of the requests the site both serves and fails. */
  #noteSite(site: string, cloud: Cloud): void {
    const { lost, late } = this.gateway.harmAt(site);
    const isBlind = this.gateway.faults !== undefined && this.gateway.faults.shareOf('vantage-blind', site) > 0;
    const isProvable = cloud.provable().length > 0 && !isBlind;
    const isServing = this.gateway.servingAt(site).length > 0;
    if (lost + late > 0) this.ghost.noteSite(site, false, isProvable && lost + late < 1);
    if (lost + late < 1) this.ghost.noteSite(site, isServing, isProvable);
  }

  #tellChanged(): void {
    const tell = this.onceChanged;
    this.onceChanged = undefined;
    tell?.();
  }
}
