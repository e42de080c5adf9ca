/** One simulated site: a cloud's API with its bad days, and the model servers it runs. The ledger is what really is. */
import type { Reply } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Replica } from '../model/replica.ts';
import type { StartRequest } from '../ports/provider.ts';
import type { Random } from '../ports/random.ts';
import type { Schedule } from './schedule.ts';

/** How a server behaves towards requests and probes. */
export type Health = 'good' | 'hangs' | 'errors' | 'slow' | 'wrong-model';

export interface Server {
  replica: Replica;
  health: Health;
  /** Monotonic milliseconds from which it answers. */
  readonly readyAtMs: number;
  /** Monotonic milliseconds from which the list shows it. */
  readonly listedAtMs: number;
}

/** Shares are 0–1 of the calls. */
export interface CloudFaults {
  readonly capacity: number;
  readonly quota: number;
  readonly throttled: number;
  readonly auth: number;
  /** An error before anything was done, which passes. */
  readonly transient: number;
  /** A listing that lacks one of its replicas. */
  readonly shortList: number;
  /** Longest time until a new replica is listed, in milliseconds. */
  readonly listLagMs: number;
}

export const soundCloud: CloudFaults = {
  ...{ capacity: 0, quota: 0, throttled: 0, auth: 0, transient: 0, shortList: 0, listLagMs: 0 },
};

/** What the oracles may know of a change, whatever its caller was told. */
export interface CloudEvent {
  readonly verb: 'start' | 'stop';
  readonly site: string;
  readonly operationId: string;
  readonly epoch: number;
  readonly slot: number;
  readonly id: string;
}

export interface CloudTerms {
  readonly site: string;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly wallMs: () => number;
  readonly faults: () => CloudFaults;
  readonly onEvent: (event: CloudEvent) => void;
}

type Sent = { readonly operationId: string; readonly epoch: number; readonly idempotencyKey: string };

export class Cloud {
  readonly site: string;
  /** By id; never forgotten. */
  readonly servers = new Map<string, Server>();
  readonly #terms: CloudTerms;
  #made = 0;

  constructor(terms: CloudTerms) {
    this.site = terms.site;
    this.#terms = terms;
  }

  list(): readonly Replica[] | ProviderError {
    const { random, schedule, faults } = this.#terms;
    const refusal = this.#refusal(['auth', 'throttled', 'transient']);
    if (refusal !== undefined) return refusal;
    const visible = [...this.servers.values()].filter(({ listedAtMs }) => listedAtMs <= schedule.monoMs);
    if (visible.length > 0 && random.next() < faults().shortList)
      visible.splice(Math.floor(random.next() * visible.length), 1);
    return visible.map(({ replica }) => replica);
  }

  start({ deployment, slot }: StartRequest, sent: Sent): Reply<Replica> {
    const { random, schedule, faults, onEvent, wallMs } = this.#terms;
    const known = [...this.servers.values()].find(({ replica }) => replica.startKey === sent.idempotencyKey);
    if (known !== undefined) return { kind: 'done', value: known.replica };
    const refusal = this.#refusal(['auth', 'throttled', 'transient', 'capacity', 'quota']);
    if (refusal !== undefined) return { kind: 'refused', error: refusal };
    this.#made += 1;
    const id = `${this.site}-${this.#made}`;
    const replica: Replica = {
      ...{ id, bootId: `boot-${id}`, deployment, site: this.site, slot, url: `http://${id}`, state: 'running' },
      ...{ billed: 'yes', startedAtMs: wallMs(), startKey: sent.idempotencyKey },
    };
    const { monoMs } = schedule;
    const readyAtMs = monoMs + 300 + random.next() * 700;
    this.servers.set(id, { replica, health: 'good', readyAtMs, listedAtMs: monoMs + random.next() * faults().listLagMs });
    onEvent({ verb: 'start', site: this.site, operationId: sent.operationId, epoch: sent.epoch, slot, id });
    return { kind: 'done', value: replica };
  }

  stop({ id }: Replica, how: 'stop' | 'delete', sent: Sent): Reply<void> {
    const refusal = this.#refusal(['auth', 'throttled', 'transient']);
    if (refusal !== undefined) return { kind: 'refused', error: refusal };
    const server = this.servers.get(id);
    if (server === undefined)
      return { kind: 'refused', error: { class: 'not-found', code: 'NotFound', message: `no instance ${id}` } };
    server.replica = { ...server.replica, state: how === 'delete' ? 'gone' : 'stopped', billed: 'no' };
    const { operationId, epoch } = sent;
    this.#terms.onEvent({ verb: 'stop', site: this.site, operationId, epoch, slot: server.replica.slot, id });
    return { kind: 'done', value: undefined };
  }

  /** The processes behind these servers die at once, as with the machine under them. */
  crash(): void {
    for (const server of this.alive()) server.replica = { ...server.replica, state: 'gone', billed: 'no' };
  }

  /** All that run take on this behaviour. */
  behave(health: Health): void {
    for (const server of this.alive()) server.health = health;
  }

  alive(): readonly Server[] {
    return [...this.servers.values()].filter(({ replica }) => replica.state === 'running');
  }

  /** Servers that give users good answers now. */
  serving(): readonly Server[] {
    const { monoMs } = this.#terms.schedule;
    return this.alive().filter(({ health, readyAtMs }) => health === 'good' && readyAtMs <= monoMs);
  }

  /** One draw decides among all that may go wrong, so that the shares add up. */
  #refusal(kinds: readonly (keyof typeof refusals)[]): ProviderError | undefined {
    const { random, faults } = this.#terms;
    let left = random.next();
    const shares = faults();
    for (const kind of kinds) {
      left -= shares[kind];
      if (left < 0) return refusals[kind];
    }
    return undefined;
  }
}

const refusals = {
  auth: { class: 'auth', code: '401', message: 'the token expired' },
  throttled: { class: 'throttled', code: '429', message: 'too many requests', retryAfterMs: 500 },
  transient: { class: 'transient', code: '503', message: 'try again' },
  capacity: { class: 'capacity', code: 'SoldOut', message: 'none of that kind is left' },
  quota: { class: 'quota', code: 'QuotaExceeded', message: 'more than the account may have' },
} as const satisfies Record<string, ProviderError>;
