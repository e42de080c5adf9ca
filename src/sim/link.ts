/** The way between two nodes: takes time, and may lose, delay or hold back what is sent, one way or both. */
import type { Random } from '../ports/random.ts';
import type { Chance, Dice, Shares } from './chance.ts';
import type { Schedule } from './schedule.ts';

/** Shares are 0–1, of all messages. */
export interface LinkFaults {
  readonly lostRequest: number;
  readonly lostReply: number;
  /** A request that arrives 3 to 20 s after it was sent: long after its sender has given up. */
  readonly lateRequest: number;
}

/** Nothing goes wrong. */
export const soundLink: LinkFaults = { lostRequest: 0, lostReply: 0, lateRequest: 0 };

/** What became of a message. `lost`: done, and nobody told. `hang`: never arrived. */
export type Passage = 'ok' | 'lost' | 'hang' | 'slow';

/** Longest delay of a request that is late, in milliseconds. */
export const latestMs = 20_000;

/** A call on its way. */
export interface Parcel<T> {
  /** What happens where it arrives. */
  readonly effect: () => T;
  readonly answered: (value: T) => void;
  readonly failed: (thrown: unknown) => void;
  /** It must not arrive late: it is dropped instead. */
  readonly isPerishable?: boolean;
}

/** One way between two nodes. */
export class Link {
  /** While set nothing gets through that way. */
  isCut = { there: false, back: false };
  readonly #schedule: Schedule;
  readonly #latency: Random;
  readonly #dice: Dice;
  readonly #shares: Shares<Exclude<Passage, 'ok'>>;

  constructor(terms: {
    readonly name: string;
    readonly schedule: Schedule;
    readonly latency: Random;
    readonly chance: Chance;
    readonly faults: LinkFaults;
  }) {
    const { lostRequest, lostReply, lateRequest } = terms.faults;
    this.#schedule = terms.schedule;
    this.#latency = terms.latency;
    this.#dice = terms.chance.dice(terms.name);
    this.#shares = [
      ['hang', lostRequest],
      ['lost', lostReply],
      ['slow', lateRequest],
    ];
  }

  /** The effect happens when the request arrives, which may be never or much later; so may the answer. */
  send<T>(parcel: Parcel<T>): Passage {
    const strike = this.#dice.roll(this.#shares);
    const kind = strike?.kind === 'slow' && parcel.isPerishable === true ? 'hang' : strike?.kind;
    if (this.isCut.there || kind === 'hang') return 'hang';
    const delayMs = kind === 'slow' ? 3000 + (strike?.details.next() ?? 0) * (latestMs - 3000) : this.#hopMs();
    this.#schedule.after(delayMs, () => this.#arrive(parcel, kind === 'lost'));
    return kind ?? (this.isCut.back ? 'lost' : 'ok');
  }

  #arrive<T>({ effect, answered, failed }: Parcel<T>, isReplyLost: boolean): void {
    let reply: () => void;
    try {
      const value = effect();
      reply = () => answered(value);
    } catch (thrown) {
      // An effect that throws is an answer too, as from a port that breaks.
      reply = () => failed(thrown);
    }
    if (!this.isCut.back && !isReplyLost) this.#schedule.after(this.#hopMs(), reply);
  }

  #hopMs(): number {
    return 1 + this.#latency.next() * 4;
  }
}
