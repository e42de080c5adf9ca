/** What a site has according to a recorded trace: machines that come and go, each of which holds one server at a time. */
import type { Denial } from '../model/denial.ts';
import type { Offer, OfferSight } from '../model/offer.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { TraceNode, TracePool } from '../model/trace.ts';
import type { StartRequest } from '../ports/provider.ts';
import type { Schedule } from './schedule.ts';
import type { Sale } from './shelf.ts';
import type { Stock } from './world-terms.ts';

/** As every provider's table has it for what is sold out: how long nobody asks again, in milliseconds. */
const blockMs = { spot: 180_000, other: 600_000 };

export interface TraceStockTerms {
  readonly pool: TracePool;
  readonly startupMs: number;
  readonly schedule: Schedule;
  /** When the trace begins, monotonic milliseconds. */
  readonly beginMonoMs: number;
  /** Of the trace: what is there until then is taken by nobody. */
  readonly endMs: number;
  /** What the pool costs at a moment of the trace; undefined: nobody has declared it. */
  readonly usdPerHour: (atMs: number) => number | undefined;
  /** Whether the server still holds its machine. */
  readonly isAlive: (id: string) => boolean;
  /** The machine under this server is gone. */
  readonly onTaken: (id: string) => void;
  readonly onBoot: (id: string) => void;
}

export class TraceStock implements Stock {
  readonly offers: readonly Offer[];
  readonly #offer: Offer;
  readonly #terms: TraceStockTerms;
  /** The server that each machine held last. */
  readonly #held = new Map<TraceNode, string>();

  constructor(terms: TraceStockTerms) {
    const { machine, market } = terms.pool;
    this.#offer = { machine, family: machine, market };
    this.offers = [this.#offer];
    this.#terms = terms;
  }

  get #nowMs(): number {
    return this.#terms.schedule.monoMs - this.#terms.beginMonoMs;
  }

  look(): readonly OfferSight[] {
    const usdPerHour = this.#terms.usdPerHour(this.#nowMs);
    return this.offers.map((offer) => ({ offer, ...(usdPerHour === undefined ? {} : { usdPerHour }) }));
  }

  sell({ tell }: StartRequest): Sale {
    if (this.#free() !== undefined) return { kind: 'sold', offer: this.#offer };
    tell?.(denialOf(this.#offer));
    return { kind: 'refused', error: soldOut };
  }

  /** Never, should a machine that was only stopped be wanted again where none is left. */
  boot(id: string): number {
    const node = this.#free();
    const { schedule, startupMs, endMs, onBoot, onTaken, isAlive } = this.#terms;
    onBoot(id);
    if (node === undefined) return Number.POSITIVE_INFINITY;
    this.#held.set(node, id);
    const take = (): void => {
      if (this.#held.get(node) === id && isAlive(id)) onTaken(id);
    };
    if (node.untilMs < endMs) schedule.after(node.untilMs - this.#nowMs, take);
    return startupMs;
  }

  #free(): TraceNode | undefined {
    const nowMs = this.#nowMs;
    return this.#terms.pool.nodes.find((node) => {
      const held = this.#held.get(node);
      return node.fromMs <= nowMs && nowMs < node.untilMs && (held === undefined || !this.#terms.isAlive(held));
    });
  }
}

const soldOut: ProviderError = { class: 'capacity', code: 'PoolSoldOut', message: 'the trace has no machine left' };

function denialOf(offer: Offer): Denial {
  const expiryMs = offer.market === 'spot' ? blockMs.spot : blockMs.other;
  return {
    ...{ offer, error: soldOut },
    verdict: {
      ...{ class: 'capacity', scope: 'offer', retry: 'never', because: soldOut.code, retryAfterMs: undefined },
      ...{ reach: { machines: 'larger', markets: 'asked' }, expiryMs },
    },
  };
}
