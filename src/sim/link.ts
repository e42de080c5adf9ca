/** The way between two nodes: takes time, and may lose, delay or hold back what is sent, one way or both. */
import type { Random } from '../ports/random.ts';
import type { Schedule } from './schedule.ts';

/** Shares are 0–1, of all messages; times in milliseconds. */
export interface LinkFaults {
  readonly lostRequest: number;
  readonly lostReply: number;
  /** A request that arrives 3 to 20 s after it was sent: long after its sender has given up. */
  readonly lateRequest: number;
}

export const soundLink: LinkFaults = { lostRequest: 0, lostReply: 0, lateRequest: 0 };

export interface Link {
  /** While set nothing gets through that way. */
  isCut: { there: boolean; back: boolean };
  /**
   * Calls `effect` when the request arrives, which may be never or much later; resolves when the answer is back, which may
   * be never.
   */
  call<T>(effect: () => T): Promise<T>;
}

export function createLink(schedule: Schedule, random: Random, faults: () => LinkFaults): Link {
  const link: Link = {
    isCut: { there: false, back: false },
    call: (effect) =>
      new Promise((resolve, reject) => {
        const { lostRequest, lostReply, lateRequest } = faults();
        const draw = random.next();
        const isLost = link.isCut.there || draw < lostRequest;
        if (isLost) return;
        const isLate = draw < lostRequest + lateRequest;
        schedule.after(isLate ? 3000 + random.next() * 17_000 : 1 + random.next() * 4, () => {
          // An effect that throws is an answer too, as from a port that breaks.
          const end = settle(effect);
          if (link.isCut.back || random.next() < lostReply) return;
          schedule.after(1 + random.next() * 4, () => (end.isGood ? resolve(end.value) : reject(end.error)));
        });
      }),
  };
  return link;
}

type End<T> = { readonly isGood: true; readonly value: T } | { readonly isGood: false; readonly error: unknown };

function settle<T>(effect: () => T): End<T> {
  try {
    return { isGood: true, value: effect() };
  } catch (error) {
    return { isGood: false, error };
  }
}
