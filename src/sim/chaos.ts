/** What goes wrong in a world: each kind on its own stream of chance, until it is time to heal. */
import type { Strike } from './chance.ts';
import type { Cloud, Health } from './cloud.ts';
import type { SimOptions } from './options.ts';
import type { Random } from '../ports/random.ts';
import { copyOf } from './disk.ts';
import type { Incarnation } from './incarnation.ts';
import type { Host, World } from './world.ts';

/** A host's next controller comes up after this, in milliseconds. */
const bootMs = 500;
/** A site that behaves badly does so for this long at most, in milliseconds. */
const longestBadMs = 10_000;
/** Between looks whether the world has come to rest after the failure before, in milliseconds. */
const turnMs = 200;

const siteFaults = [
  ['crash', 0.4],
  ['one', 0.1],
  ['hangs', 0.12],
  ['errors', 0.12],
  ['slow', 0.1],
  ['wrong-model', 0.06],
  ['private', 0.05],
  ['public', 0.05],
] as const satisfies readonly (readonly [Exclude<Health, 'good'> | 'crash' | 'one', number])[];

/** What may strike at an entry of the journal. */
const aims = ['kill', 'pause', 'gateway', 'others', 'public', 'meddle'] as const;
type Aim = (typeof aims)[number];

const deaths: readonly (readonly ['crash', number])[] = [['crash', 1]];

type SiteFault = (typeof siteFaults)[number][0];
type Often = Exclude<keyof SimOptions['every'], 'siteFault' | 'typed' | 'planted'>;

export class Chaos {
  isOver = false;
  /** Failures of sites so far. */
  siteFaults = 0;
  readonly #world: World;
  readonly #hosts: readonly Host[];

  constructor(world: World, hosts: readonly Host[]) {
    this.#world = world;
    this.#hosts = hosts;
    this.#breakSites();
    this.#often('kill', ({ details }) => this.#oneOf(hosts, details.next())?.life?.kill());
    this.#often('pause', (strike) => this.#pause(strike));
    this.#often('cut', (strike) => this.#cut(strike));
    this.#often('gatewayRestart', (strike) => this.#restartGateway(strike));
    this.#often('wallJump', ({ details }) => {
      world.wallAheadMs += (details.next() - 0.5) * 2 * 365 * 86_400_000;
    });
    this.#often('outage', (strike) => this.#breakCloud(strike));
    this.#often('diskStall', ({ details }) => {
      world.diskStallsUntilMs = world.schedule.monoMs + details.next() * 2 * world.options.leaseTtlMs;
    });
    this.#often('meddling', (strike) => this.#meddle(strike.details));
    this.#often('rollback', (strike) => this.#rollBack(strike));
    this.#aim();
    for (const host of hosts) this.#keep(host);
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
    }
    for (const { life } of this.#hosts) life?.resume();
    for (const cloud of world.clouds.values()) cloud.outage = undefined;
    world.diskStallsUntilMs = 0;
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
      if (strike !== undefined && life !== undefined) this.#hit(strike, life);
    };
  }

  #hit({ kind, details }: Strike<Aim>, life: Incarnation): void {
    const world = this.#world;
    const { gateway, schedule, clouds, options } = world;
    const heaviest = Object.entries(gateway.entry?.weights ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
    switch (kind) {
      case 'kill':
        return life.kill();
      case 'pause':
        life.pause();
        schedule.after((1 + details.next()) * options.leaseTtlMs, () => life.resume());
        return;
      case 'gateway':
        return this.#restartGateway({ kind: 'gatewayRestart', details });
      case 'others':
        for (const cloud of clouds.values()) if (cloud.site !== heaviest) cloud.crash();
        return;
      case 'public':
        return this.#misbehave(clouds.get(heaviest ?? '') ?? this.#oneOf([...clouds.values()], 0), 'public', 5000);
      case 'meddle':
        return this.#meddle(details);
    }
  }

  #meddle(details: Random): void {
    const { gateway, clouds, config, ghost } = this.#world;
    const allowed = config.sites.filter(({ residency }) => !residency.includes('us')).map(({ name }) => name);
    const one = this.#oneOf(allowed, details.next());
    if (one === undefined || gateway.entry === undefined || !gateway.isUp) return;
    const weights = Object.fromEntries([...clouds.keys()].map((site) => [site, site === one ? 100 : 0]));
    gateway.meddle(weights);
    // Whatever was right before, this is nobody's plan: the next move is judged from here.
    ghost.weights = undefined;
    this.#world.noteHealth();
  }

  #breakCloud({ details }: Strike<Often>): void {
    const { clouds, schedule } = this.#world;
    const cloud = this.#oneOf([...clouds.values()], details.next());
    const kind = this.#oneOf(['auth', 'throttled', 'capacity', 'quota'] as const, details.next());
    if (cloud !== undefined && kind !== undefined) cloud.outage = { kind, untilMs: schedule.monoMs + details.next() * 60_000 };
  }

  /** An older copy of the state is put in place under all controllers; some time later the newest is put back. */
  #rollBack({ details }: Strike<Often>): void {
    const world = this.#world;
    const copy = copyOf(world.newest);
    world.schedule.after(2000 + details.next() * 10_000, () => {
      const head = world.gateway.entry?.journalHead;
      // Nobody can tell a copy that holds all that the gateway knows of.
      if (this.isOver || head === undefined || copy.entries.some(({ hash }) => hash === head)) return;
      if (world.ghost.rolledBackSinceMs !== undefined || !world.gateway.isUp) return;
      for (const life of world.lives()) life.kill();
      world.disk = copy;
      world.ghost.rolledBackSinceMs = world.schedule.monoMs;
      world.schedule.after(5000, () => {
        for (const life of world.lives()) life.kill();
        world.disk = world.newest;
        world.ghost.rolledBackSinceMs = undefined;
      });
    });
  }

  /** Exponential pauses around the mean. */
  #often(name: Often, act: (strike: Strike<Often>) => void): void {
    const { schedule, seeds, chance, options } = this.#world;
    const meanMs = options.every[name];
    if (meanMs === 0) return;
    const pace = seeds.stream(`pace/${name}`);
    const dice = chance.dice(name);
    const next = (): void => {
      schedule.after(-Math.log(1 - pace.next()) * meanMs, () => {
        if (this.isOver) return;
        const strike = dice.roll([[name, 1]]);
        if (strike !== undefined) act(strike);
        next();
      });
    };
    next();
  }

  /** A controller that ended is started again, as a service manager would. */
  #keep(host: Host): void {
    this.#world.boot(host, undefined, () => {
      this.#world.schedule.after(bootMs, () => this.#keep(host));
    });
  }

  #oneOf<T>(all: readonly T[], draw: number): T | undefined {
    return all[Math.floor(draw * all.length)];
  }

  #breakSites(): void {
    const { schedule, seeds, chance, options } = this.#world;
    const pace = seeds.stream('pace/siteFault');
    const dice = chance.dice('siteFault');
    const strikeNow = (): void => {
      if (this.isOver || this.siteFaults >= options.siteFaults) return;
      this.siteFaults += 1;
      const strike = dice.roll(options.hasBriefFaults ? siteFaults : deaths);
      if (strike !== undefined) this.#breakSite(strike);
      next();
    };
    const next = (): void => {
      const isInTurn = pace.next() < options.inTurn;
      const waitMs = -Math.log(1 - pace.next()) * options.every.siteFault;
      const check = (): void => {
        if (this.isOver) return;
        if (!isInTurn || this.#isAtRest()) schedule.after(waitMs, strikeNow);
        else schedule.after(turnMs, check);
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

  #breakSite({ kind, details }: Strike<SiteFault>): void {
    const world = this.#world;
    const weights = world.gateway.entry?.weights ?? {};
    // Mostly the one that serves: what happens to a standby moves nothing.
    const active = Object.keys(weights).find((site) => (weights[site] ?? 0) > 0);
    const draw = details.next();
    const site = draw < 0.85 && active !== undefined ? active : this.#oneOf([...world.clouds.keys()], details.next());
    const cloud = world.clouds.get(site ?? '');
    if (cloud === undefined) return;
    if (kind === 'crash') return cloud.crash();
    if (kind === 'one') return cloud.crash(cloud.alive().slice(0, 1));
    this.#misbehave(cloud, kind, (0.2 + 0.8 * details.next()) * longestBadMs);
  }

  #misbehave(cloud: Cloud | undefined, kind: Health, forMs: number): void {
    if (cloud === undefined) return;
    cloud.behave(kind);
    this.#world.schedule.after(forMs, () => cloud.behave('good'));
  }

  /** Short ones block the event loop; long ones outlast the lease. */
  #pause({ details }: Strike<Often>): void {
    const { options, schedule } = this.#world;
    const life = this.#oneOf(this.#hosts, details.next())?.life;
    if (life === undefined) return;
    life.pause();
    schedule.after(details.next() * (details.next() < 0.5 ? 1000 : 3 * options.leaseTtlMs), () => life.resume());
  }

  #cut({ details }: Strike<Often>): void {
    const link = this.#oneOf([...this.#world.links.values()], details.next());
    if (link === undefined) return;
    link.isCut = { there: details.next() < 0.6, back: details.next() < 0.6 };
    this.#world.schedule.after(details.next() * 15_000, () => {
      link.isCut = { there: false, back: false };
    });
  }

  #restartGateway({ details }: Strike<Often>): void {
    const { gateway, schedule, ghost } = this.#world;
    gateway.isUp = false;
    const draw = details.next();
    schedule.after(200 + details.next() * (details.next() < 0.8 ? 3000 : 40_000), () => {
      // With an older copy in place the gateway's table is all that tells of it.
      if (draw < 0.2 && ghost.rolledBackSinceMs === undefined) gateway.forget(draw < 0.1 ? 'all' : 'newest');
      gateway.isUp = true;
    });
  }
}
