/** One simulated site: a cloud's API with its bad days, and the model servers it runs. The ledger is what really is. */
import type { Notice } from '../model/notice.ts';
import type { Reply } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Replica } from '../model/replica.ts';
import type { Disturbance, ReplicaBoot, StartRequest } from '../ports/provider.ts';
import type { Random } from '../ports/random.ts';
import type { Chance, Dice, Shares } from './chance.ts';
import { type CloudFaults, notFound, type Refusal, refusals } from './cloud-faults.ts';
import type { Schedule } from './schedule.ts';
import type { Health, Server } from './server.ts';
import type { Goods } from './shelf.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** For this long after a list was whole it may be short, in milliseconds: a page from before. */
export const shortListMs = 2000;
/** Listed as gone for this long, in milliseconds; real clouds take minutes to an hour. */
const goneForMs = 20_000;

/** What the oracles may know of a change, whatever its caller was told. */
export interface CloudEvent {
  readonly verb: 'start' | 'stop';
  readonly site: string;
  readonly operationId: string;
  readonly epoch: number;
  readonly startKey: string;
  readonly slot: number;
  readonly id: string;
}

/** What a site is made of. */
export interface CloudTerms {
  readonly site: string;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly chance: Chance;
  readonly wallMs: () => number;
  readonly faults: CloudFaults;
  /** Whether it says what it will do to a machine. */
  readonly announces: boolean;
  /** What it sells; undefined: it does not say, and has whatever is asked for. */
  readonly shelf: Goods | undefined;
  /** Until a new server answers, in milliseconds; absent: chance. */
  readonly boot: ((id: string) => number) | undefined;
  /** What a drill makes it say to any call, or to a start. */
  readonly drilled: (isStart: boolean) => Refusal | undefined;
  readonly onEvent: (event: CloudEvent) => void;
  /** What users get from the site may be another now. */
  readonly onChange: () => void;
}

/** What came with a changing call. */
export type Sent = { readonly operationId: string; readonly epoch: number; readonly idempotencyKey: string };

/** One site. */
export class Cloud {
  readonly site: string;
  readonly announces: boolean;
  readonly shelf: Goods | undefined;
  /** By id; what is gone is forgotten after a while, as clouds do. */
  readonly servers = new Map<string, Server>();
  /** What it announces, by id of the replica. */
  readonly told = new Map<string, Notice>();
  /** Replicas that it ever announced something for. */
  readonly announced = new Set<string>();
  /** Behaviour that new servers take on as well: a bad image, a bad network. */
  health: Health = 'good';
  /** Boots that a drill has stopped where they stand. */
  readonly hung = new Set<string>();
  readonly #terms: CloudTerms;
  readonly #dice: Dice;
  readonly #reading: Shares<Refusal | 'shortList'>;
  readonly #noticeDice: Dice;
  readonly #changing: Shares<Refusal>;
  readonly #starting: Shares<Refusal | 'halfMade'>;
  #made = 0;
  #shortSinceMs = Number.NEGATIVE_INFINITY;
  #wasWhole = true;

  constructor(terms: CloudTerms) {
    const { site, chance, faults } = terms;
    const { auth, throttled, transient, capacity, quota, shortList, halfMade } = faults;
    this.site = site;
    this.announces = terms.announces;
    this.shelf = terms.shelf;
    this.#terms = terms;
    this.#dice = chance.dice(`cloud/${site}`);
    this.#noticeDice = chance.dice(`notices/${site}`);
    this.#changing = Object.entries({ auth, throttled, transient }) as [Refusal, number][];
    this.#reading = [...this.#changing, ['shortList', shortList]];
    this.#starting = [...this.#changing, ['capacity', capacity], ['quota', quota], ['halfMade', halfMade]];
  }

  /** Until then every call meets this, whatever the dice say. */
  outage: { readonly kind: Refusal; readonly untilMs: number } | undefined;

  announce(notice: Notice): void {
    this.told.set(notice.replicaId, notice);
    this.announced.add(notice.replicaId);
  }

  /** One read in ten fails. */
  notices(): readonly Notice[] | ProviderError {
    const strike = this.#noticeDice.roll([['transient', 0.1]]);
    return strike === undefined ? [...this.told.values()] : refusals[strike.kind];
  }

  list(): { readonly replicas: readonly Replica[]; readonly isStale: boolean } | ProviderError {
    const out = this.#outageOf(['auth', 'throttled']);
    if (out !== undefined) return refusals[out];
    const strike = this.#dice.roll(this.#reading);
    if (strike !== undefined && strike.kind !== 'shortList') return refusals[strike.kind];
    const { monoMs } = this.#terms.schedule;
    const all = [...this.servers.values()];
    const visible = all.filter(({ listedAtMs }) => listedAtMs <= monoMs).map(({ replica }) => replica);
    const shortForMs = monoMs - this.#shortSinceMs;
    // Short for a moment, then whole at least once before it may be short again.
    if (strike === undefined || (shortForMs > shortListMs && !this.#wasWhole)) {
      this.#wasWhole = true;
      return { replicas: visible, isStale: visible.length < all.length };
    }
    if (this.#wasWhole) this.#shortSinceMs = monoMs;
    this.#wasWhole = false;
    const isEmpty = strike.details.next() < 0.3;
    const lacking = Math.floor(strike.details.next() * visible.length);
    return { replicas: isEmpty ? [] : visible.filter((_, index) => index !== lacking), isStale: true };
  }

  start(request: StartRequest, sent: Sent): Reply<Replica> {
    const { deployment, slot } = request;
    const { random, schedule, faults, boot, onEvent, onChange, wallMs } = this.#terms;
    const all = [...this.servers.values()];
    const known = all.find(({ replica }) => replica.startKey === sent.idempotencyKey);
    if (known !== undefined) return { kind: 'done', value: known.replica };
    const out = this.#outageOf(['auth', 'throttled', 'capacity', 'quota']);
    if (out !== undefined) return { kind: 'refused', error: refusals[out] };
    const strike = this.#dice.roll(this.#starting);
    if (strike !== undefined && strike.kind !== 'halfMade') return { kind: 'refused', error: refusals[strike.kind] };
    const stopped = all.find(({ replica }) => replica.state === 'stopped' && replica.slot === slot);
    // A machine that is only stopped is no new one.
    const sale = stopped === undefined ? this.shelf?.sell(request) : undefined;
    if (sale?.kind === 'refused') return sale;
    const market = stopped?.replica.market ?? sale?.offer.market;
    const { monoMs } = schedule;
    this.#made += 1;
    const id = stopped?.replica.id ?? `${this.site}-${this.#made}`;
    const replica: Replica = {
      ...{ id, bootId: `boot-${this.site}-${this.#made}`, deployment, site: this.site, slot, url: `http://${id}` },
      ...{ state: 'running', billed: 'yes', startedAtMs: wallMs(), startKey: sent.idempotencyKey },
      ...(market === undefined ? {} : { market }),
    };
    const bootMs = strike === undefined ? (boot?.(id) ?? 100 + random.next() * 400) : Number.POSITIVE_INFINITY;
    const readyAtMs = monoMs + bootMs;
    const listedAtMs = stopped === undefined ? monoMs + random.next() * faults.listLagMs : monoMs;
    this.servers.set(id, { replica, health: this.health, readyAtMs, listedAtMs });
    if (strike === undefined) schedule.after(readyAtMs - monoMs, onChange);
    onEvent({ verb: 'start', site: this.site, ...sent, startKey: sent.idempotencyKey, slot, id });
    return { kind: 'done', value: replica };
  }

  /** What it held before this world began; it runs well. */
  adopt(replica: Replica): void {
    this.servers.set(replica.id, { replica, health: 'good', readyAtMs: 0, listedAtMs: 0 });
    this.#made = Math.max(this.#made, Number(replica.id.slice(this.site.length + 1)));
  }

  stop({ id }: Replica, how: 'stop' | 'delete', sent: Sent): Reply<void> {
    const out = this.#outageOf(['auth', 'throttled']);
    if (out !== undefined) return { kind: 'refused', error: refusals[out] };
    const strike = this.#dice.roll(this.#changing);
    if (strike !== undefined) return { kind: 'refused', error: refusals[strike.kind] };
    const server = this.servers.get(id);
    if (server === undefined) return { kind: 'refused', error: notFound };
    const { slot, startKey } = server.replica;
    this.#end(server, how === 'delete' ? 'gone' : 'stopped');
    this.#terms.onChange();
    this.#terms.onEvent({ verb: 'stop', site: this.site, ...sent, startKey, slot, id });
    return done;
  }

  /** On purpose, as a drill does it to a machine: what is over cannot be hurt, and need not be helped. */
  disturb({ id, bootId }: ReplicaBoot, how: Disturbance): Reply<void> {
    const server = this.alive().find(({ replica }) => replica.id === id && replica.bootId === bootId);
    if (server === undefined) return how === 'hang' ? { kind: 'refused', error: notFound } : done;
    if (how === 'kill') this.crash([server]);
    if (how === 'hang') this.hung.add(bootId);
    if (how !== 'hang' && !this.hung.delete(bootId)) return done;
    server.health = how === 'hang' ? 'hangs' : this.health;
    this.#terms.onChange();
    return done;
  }

  /** The processes behind these servers die at once, as with the machine under them. */
  crash(servers: readonly Server[] = this.alive()): void {
    for (const server of servers) this.#end(server, 'gone');
    this.#terms.onChange();
  }

  #outageOf(kinds: readonly Refusal[]): Refusal | undefined {
    const { outage } = this;
    const drilled = this.#terms.drilled(kinds.includes('capacity'));
    const isOut = outage !== undefined && this.#terms.schedule.monoMs < outage.untilMs && kinds.includes(outage.kind);
    return drilled ?? (isOut ? outage.kind : undefined);
  }

  #end(server: Server, state: 'gone' | 'stopped'): void {
    server.replica = { ...server.replica, state, billed: 'no' };
    this.hung.delete(server.replica.bootId);
    if (state === 'gone') this.#terms.schedule.after(goneForMs, () => this.servers.delete(server.replica.id));
  }

  /** All that run take on this behaviour. */
  behave(health: Health): void {
    this.health = health;
    for (const server of this.alive()) if (!this.hung.has(server.replica.bootId)) server.health = health;
    this.#terms.onChange();
  }

  alive(): readonly Server[] {
    return [...this.servers.values()].filter(({ replica }) => replica.state === 'running');
  }

  /** Servers that would give users good answers now. */
  serving(): readonly Server[] {
    return this.#behaving('private');
  }

  /** Servers whose probes are good now. */
  provable(): readonly Server[] {
    return this.#behaving('public');
  }

  #behaving(orSo: Health): readonly Server[] {
    const { monoMs } = this.#terms.schedule;
    return this.alive().filter(
      ({ health, readyAtMs }) => (health === 'good' || health === orSo) && readyAtMs <= monoMs,
    );
  }
}
