/** One simulated machine room: sites, a gateway, a disk, hosts with controllers, and what goes wrong with them. */
import { runController } from '../engine/controller.ts';
import type { EngineDeps } from '../engine/engine.ts';
import type { Config } from '../model/config.ts';
import type { RouteEntry } from '../model/route.ts';
import { createMemoryState, type MemoryState, openMemoryStore } from '../store/memory.ts';
import { Cloud, soundCloud } from './cloud.ts';
import { configOf } from './config.ts';
import { Gateway } from './gateway.ts';
import { Ghost } from './ghost.ts';
import { type Crash, Incarnation } from './incarnation.ts';
import { createLink, type Link, soundLink } from './link.ts';
import { checkAccepted, checkAppended, checkCloud, type Watched } from './oracles.ts';
import type { SimOptions } from './options.ts';
import { clockOf, providerOf, type Reach, storeOf, trafficOf } from './ports.ts';
import { createProbe } from './probe.ts';
import { Schedule } from './schedule.ts';
import { type SeedTree, seedTree } from './seed-tree.ts';

/** A machine that runs one controller at a time. */
export interface Host {
  readonly name: string;
  life: Incarnation | undefined;
  /** Counts its lives, for their streams of chance. */
  lives: number;
  stop: AbortController;
}

export class World {
  readonly options: SimOptions;
  readonly config: Config;
  readonly schedule: Schedule;
  readonly seeds: SeedTree;
  readonly ghost: Ghost;
  readonly disk: MemoryState = createMemoryState();
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly gateway: Gateway;
  readonly links = new Map<string, Link>();
  wallAheadMs = 1_700_000_000_000;
  isDiskBroken = false;
  /** Nothing fails by chance any more. */
  isHealed = false;
  /** Everything that was called, by name: for coverage and for traces. */
  readonly calls: string[] = [];
  #accepted: RouteEntry | undefined;

  constructor(options: SimOptions) {
    this.options = options;
    this.config = configOf(options);
    this.seeds = seedTree(options.seed);
    const tie = this.seeds.stream('tie');
    this.schedule = new Schedule(() => tie.next());
    this.ghost = new Ghost(() => this.schedule.monoMs);
    this.clouds = new Map(this.config.sites.map(({ name }) => [name, this.#cloud(name)]));
    this.gateway = new Gateway({
      schedule: this.schedule,
      clouds: this.clouds,
      onAccepted: (entry) => {
        checkAccepted(this.#watched(), this.#accepted, entry);
        this.#accepted = entry;
      },
    });
  }

  #cloud(site: string): Cloud {
    return new Cloud({
      site,
      schedule: this.schedule,
      random: this.seeds.stream(`cloud/${site}`),
      wallMs: () => this.schedule.monoMs + this.wallAheadMs,
      faults: () => (this.isHealed ? soundCloud : this.options.cloud),
      onEvent: (event) => checkCloud(this.#watched(), event),
    });
  }

  #watched(): Watched {
    const { options, schedule, ghost, clouds, disk } = this;
    return { options, schedule, ghost, clouds, disk };
  }

  link(name: string): Link {
    const known = this.links.get(name);
    if (known !== undefined) return known;
    const made = createLink(this.schedule, this.seeds.stream(`link/${name}`), () =>
      this.isHealed ? soundLink : this.options.link,
    );
    this.links.set(name, made);
    return made;
  }

  /** Begins a life of the host's controller; `ended` is called when it ends by itself. */
  boot(host: Host, crash: Crash | undefined, ended: (how: string) => void): void {
    host.lives += 1;
    host.stop = new AbortController();
    const life = new Incarnation({
      crash,
      onCall: (name) => this.calls.push(`${host.name} ${name}`),
      onDeath: () => ended('killed'),
    });
    host.life = life;
    runController(this.#deps(host, life), host.stop.signal).then(
      ({ kind }) => this.#end(host, life, kind, ended),
      (error: unknown) => this.#end(host, life, error instanceof Error ? error.message : String(error), ended),
    );
  }

  #end(host: Host, life: Incarnation, how: string, ended: (how: string) => void): void {
    if (!life.isAlive) return;
    life.isAlive = false;
    if (host.life === life) host.life = undefined;
    ended(how);
  }

  #deps(host: Host, life: Incarnation): EngineDeps {
    const seeds = this.seeds.fork(`${host.name}/${host.lives}`);
    const clock = this.schedule.clock(() => this.wallAheadMs);
    const reach: Reach = { life, ghost: this.ghost, clock };
    const own = clockOf(reach);
    const store = openMemoryStore(this.disk, { clock, random: seeds.stream('store'), bootId: 'boot' });
    const journal: typeof store.journal = {
      ...store.journal,
      append: async (drafts) => {
        const head = await store.journal.append(drafts);
        checkAppended(this.#watched(), drafts);
        return head;
      },
    };
    return {
      config: this.config,
      clock: own,
      random: seeds.stream('engine'),
      store: storeOf(reach, { ...store, journal }, () => this.isDiskBroken),
      traffic: trafficOf(reach, this.gateway, this.link(`${host.name}/gateway`)),
      providers: new Map(
        [...this.clouds].map(([site, cloud]) => [site, providerOf(reach, cloud, this.link(`${host.name}/api/${site}`))]),
      ),
      probe: createProbe({
        ...{ vantage: host.name, clock, schedule: this.schedule, clouds: this.clouds },
        random: seeds.stream('probe'),
        linkTo: (site) => this.link(`${host.name}/site/${site}`),
      }),
      reporter: { report: () => undefined },
      actor: { kind: 'controller', name: 'godwit', host: host.name, pid: host.lives },
    };
  }

  /** What a site does to its users, noted whenever it may have changed. */
  noteHealth(): void {
    for (const [site, cloud] of this.clouds) {
      const times = cloud.serving().length > 0 ? this.ghost.lastServedMs : this.ghost.lastFailedMs;
      times.set(site, this.schedule.monoMs);
    }
    this.gateway.note();
  }
}
