/** What goes wrong with a region's calls, written before they come: shared by all that stand in for EC2. */
import type { Refusal } from './protocol.ts';

/** What happens to the next calls of an action. `before`: nothing is done. `after`: it is done, and then this. */
export interface Fault {
  readonly action: string;
  readonly when: 'before' | 'after';
  /** An answer, or none: the connection ends, or stays silent. */
  readonly answer: (Refusal & { readonly headers?: Readonly<Record<string, string>> }) | 'drop' | 'hang';
  /** How many calls; default 1. `Infinity`: all, until it is lifted. */
  readonly times?: number;
}

/** Answers a region can give at any time, ready to be used. */
export const answers = {
  throttled: { status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' },
  expired: { status: 400, code: 'RequestExpired', message: 'Request has expired.' },
  internal: { status: 500, code: 'InternalError', message: 'An internal error has occurred' },
  soldOut: {
    status: 500,
    code: 'InsufficientInstanceCapacity',
    message: 'We currently do not have sufficient capacity in the Availability Zone you requested.',
  },
  quota: {
    status: 400,
    code: 'VcpuLimitExceeded',
    message: 'You have requested more vCPU capacity than your current vCPU limit allows.',
  },
} as const;

export interface FaultScript {
  /** What it gives takes the fault back. */
  add(fault: Fault): () => void;
  /** The fault of the next call of an action, in the order they were added; it is used up by that. */
  take(action: string): Fault | undefined;
}

export function createFaultScript(): FaultScript {
  const faults: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      const added = { fault, left: fault.times ?? 1 };
      faults.push(added);
      return () => {
        added.left = 0;
      };
    },
    take(action) {
      const next = faults.find((each) => each.fault.action === action && each.left > 0);
      if (next !== undefined) next.left -= 1;
      return next?.fault;
    },
  };
}
