/** What goes wrong in a world: each kind on its own stream of chance, until it is time to heal. */
import type { Random } from '../ports/random.ts';
import { editConfig, restore } from './edits.ts';
import type { Host } from './host.ts';
import type { SimOptions } from './options.ts';
import {
  aims,
  breakCloud,
  breakSite,
  cutLink,
  hitAtEntry,
  meddle,
  oneOf,
  pauseProcess,
  restartGateway,
  rollBack,
  siteDeaths,
  siteFaults,
  warn,
} from './strikes.ts';
import type { World } from './world.ts';

/** A host's next controller comes up after this, in milliseconds. */
const bootMs = 500;

type Often = Exclude<keyof SimOptions['every'], 'siteFault' | 'typed' | 'planted'>;

export class Chaos {
  isOver = false;
  /** Failures of sites so far. */
  siteFaults = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.#breakSites();
    this.#often('kill', (details) => oneOf(world.hosts, details.next())?.life?.kill());
    this.#often('pause', (details) => pauseProcess(world, details));
    this.#often('cut', (details) => cutLink(world, details));
    this.#often('gatewayRestart', (details) => restartGateway(world, details));
    this.#often('wallJump', (details) => {
      world.wallAheadMs += (details.next() - 0.5) * 2 * 365 * 86_400_000;
    });
    this.#often('outage', (details) => breakCloud(world, details));
    this.#often('diskStall', (details) => {
      world.diskStallsUntilMs = world.schedule.monoMs + details.next() * 2 * world.options.leaseTtlMs;
    });
    this.#often('meddling', (details) => meddle(world, details));
    this.#often('edited', (details) => editConfig(world, details, () => this.isOver));
    this.#often('warned', (details) => warn(world, details, () => this.isOver));
    this.#often('rollback', (details) => rollBack(world, details, () => this.isOver));
    this.#aim();
    for (const host of world.hosts) this.#keep(host);
  }

  /** From here on nothing new goes wrong, and what is broken is mended. */
  heal(): void {
    this.isOver = true;
    const world = this.#world;
    world.chance.isOver = true;
    for (const link of world.links.values()) link.isCut = { there: false, back: false };
    for (const cloud of world.clouds.values()) {
      cloud.crash(cloud.alive().filter(({ readyAtMs }) => readyAtMs === Number.POSITIVE_INFINITY));
      cloud.behave('good');
      cloud.outage = undefined;
      cloud.told.clear();
    }
    for (const { life } of world.hosts) life?.resume();
    world.diskStallsUntilMs = 0;
    restore(world);
    world.gateway.isUp = true;
    world.noteHealth();
  }

  /** Strikes at the very moment at which something is recorded: what comes next is then cut off from it. */
  #aim(): void {
    const world = this.#world;
    const { aimed } = world.options;
    if (aimed === 0) return;
    const dice = world.chance.dice('aimed');
    const shares = aims.map((kind) => [kind, aimed / aims.length] as const);
    world.onAppended = ({ body }, life) => {
      if (this.isOver || body.kind === 'lease') return;
      const strike = dice.roll(shares);
      if (strike !== undefined && life !== undefined) hitAtEntry(world, strike, life);
    };
  }

  /** Exponential pauses around the mean. */
  #often(name: Often, act: (details: Random) => void): void {
    const { schedule, seeds, chance, options } = this.#world;
    const meanMs = options.every[name];
    if (meanMs === 0) return;
    const pace = seeds.stream(`pace/${name}`);
    const dice = chance.dice(name);
    const next = (): void => {
      schedule.after(-Math.log(1 - pace.next()) * meanMs, () => {
        if (this.isOver) return;
        const strike = dice.roll([[name, 1]]);
        if (strike !== undefined) act(strike.details);
        next();
      });
    };
    next();
  }

  /** A controller that ended is started again, as a service manager would. */
  #keep(host: Host): void {
    this.#world.boot(host, () => {
      this.#world.schedule.after(bootMs, () => this.#keep(host));
    });
  }

  #breakSites(): void {
    const { schedule, seeds, chance, options } = this.#world;
    const pace = seeds.stream('pace/siteFault');
    const dice = chance.dice('siteFault');
    const strikeNow = (): void => {
      if (this.isOver || this.siteFaults >= options.siteFaults) return;
      this.siteFaults += 1;
      const strike = dice.roll(options.hasBriefFaults ? siteFaults : siteDeaths);
      if (strike !== undefined) breakSite(this.#world, strike);
      next();
    };
    const next = (): void => {
      const isInTurn = pace.next() < options.inTurn;
      const waitMs = -Math.log(1 - pace.next()) * options.every.siteFault;
      const check = (): void => {
        if (this.isOver) return;
        if (!isInTurn || this.#isAtRest()) schedule.after(waitMs, strikeNow);
        else this.#world.onceChanged = check;
      };
      check();
    };
    next();
  }

  /** Nothing is under way, and another site could take over. */
  #isAtRest(): boolean {
    const { ghost, clouds, gateway } = this.#world;
    const spare = gateway.entry?.spill.length ?? 0;
    const isServed = [...clouds.keys()].some(
      (site) => (gateway.entry?.weights[site] ?? 0) > 0 && ghost.isServing(site),
    );
    return ghost.open === undefined && isServed && spare > 1;
  }
}
