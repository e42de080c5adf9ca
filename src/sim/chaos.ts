/** What goes wrong in a world, and who meddles: each kind on its own stream of chance, until it is time to heal. */
import { carryOut } from '../engine/carry-out.ts';
import type { EngineDeps } from '../engine/engine.ts';
import type { Random } from '../ports/random.ts';
import type { Health } from './cloud.ts';
import type { SimOptions } from './options.ts';
import type { Host, World } from './world.ts';

/** A host's next controller comes up after this, in milliseconds. */
const bootMs = 500;
/** A site that behaves badly does so for this long at most, in milliseconds. */
const longestBadMs = 20_000;

export class Chaos {
  readonly #world: World;
  readonly #hosts: readonly Host[];
  isOver = false;

  constructor(world: World, hosts: readonly Host[]) {
    this.#world = world;
    this.#hosts = hosts;
    const { every } = world.options;
    this.#often('site-fault', every.siteFault, (random) => this.#breakSite(random));
    this.#often('kill', every.kill, (random) => this.#host(random)?.life?.kill());
    this.#often('cut', every.cut, (random) => this.#cut(random));
    this.#often('gateway-restart', every.gatewayRestart, (random) => this.#restartGateway(random));
    this.#often('wall-jump', every.wallJump, (random) => {
      world.wallAheadMs += (random.next() - 0.5) * 2 * 365 * 86_400_000;
    });
    this.#often('disk-fault', every.diskFault, (random) => this.#breakDisk(random));
    for (const host of hosts) this.#keep(host);
  }

  /** From here on nothing new goes wrong, and what is broken is mended. */
  heal(): void {
    this.isOver = true;
    const world = this.#world;
    for (const link of world.links.values()) link.isCut = { there: false, back: false };
    for (const cloud of world.clouds.values()) cloud.behave('good');
    world.gateway.isUp = true;
    world.isDiskBroken = false;
    world.isHealed = true;
    world.noteHealth();
  }

  /** Exponential pauses around the mean. */
  #often(name: string, meanMs: number, act: (random: Random) => void): void {
    if (meanMs === 0) return;
    const random = this.#world.seeds.stream(`chaos/${name}`);
    const next = (): void => {
      this.#world.schedule.after(-Math.log(1 - random.next()) * meanMs, () => {
        if (this.isOver) return;
        act(random);
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

  #host(random: Random): Host | undefined {
    return this.#hosts[Math.floor(random.next() * this.#hosts.length)];
  }

  #breakSite(random: Random): void {
    const world = this.#world;
    const weights = world.gateway.entry?.weights ?? {};
    // Mostly the one that serves: what happens to a standby moves nothing.
    const active = Object.keys(weights).find((site) => (weights[site] ?? 0) > 0);
    const names = [...world.clouds.keys()];
    const site = random.next() < 0.8 && active !== undefined ? active : names[Math.floor(random.next() * names.length)];
    const cloud = world.clouds.get(site ?? '');
    if (cloud === undefined) return;
    const kinds: readonly (Health | 'crash')[] = ['crash', 'crash', 'hangs', 'errors', 'slow', 'wrong-model'];
    const kind = kinds[Math.floor(random.next() * kinds.length)] ?? 'crash';
    if (kind === 'crash') cloud.crash();
    else {
      cloud.behave(kind);
      world.schedule.after(random.next() * longestBadMs, () => {
        cloud.behave('good');
        world.noteHealth();
      });
    }
    world.noteHealth();
  }

  #cut(random: Random): void {
    const links = [...this.#world.links.values()];
    const link = links[Math.floor(random.next() * links.length)];
    if (link === undefined) return;
    link.isCut = { there: random.next() < 0.6, back: random.next() < 0.6 };
    this.#world.schedule.after(random.next() * 15_000, () => {
      link.isCut = { there: false, back: false };
    });
  }

  #restartGateway(random: Random): void {
    const { gateway, schedule } = this.#world;
    gateway.isUp = false;
    schedule.after(200 + random.next() * 3000, () => {
      gateway.isUp = true;
    });
  }

  #breakDisk(random: Random): void {
    const world = this.#world;
    world.isDiskBroken = true;
    world.schedule.after(random.next() * 10_000, () => {
      world.isDiskBroken = false;
    });
  }
}

/** A person types a switchover to some site now and then. */
export function typeSometimes(world: World, depsOf: () => EngineDeps, options: SimOptions, isOver: () => boolean): void {
  if (options.every.typed === 0) return;
  const random = world.seeds.stream('chaos/typed');
  const sites = [...world.clouds.keys()];
  const next = (): void => {
    world.schedule.after(-Math.log(1 - random.next()) * options.every.typed, () => {
      if (isOver()) return;
      const to = sites[Math.floor(random.next() * sites.length)];
      const wish = { deployment: 'chat', kind: 'switchover', from: undefined, to, reason: 'simulated' } as const;
      carryOut(depsOf(), wish, { timeoutMs: 60_000 }, new AbortController().signal).then(next, next);
    });
  };
  next();
}
