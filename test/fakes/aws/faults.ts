/** What goes wrong with a region's calls, written before they come: shared by all that stand in for EC2. */
import type { ScriptedFault } from '../fault-script.ts';
import type { Refusal } from './protocol.ts';

/** What happens to the next calls of an action. `before`: nothing is done. `after`: it is done, and then this. */
export interface Fault extends ScriptedFault {
  readonly when: 'before' | 'after';
  /** An answer, or none: the connection ends, or stays silent. */
  readonly answer: (Refusal & { readonly headers?: Readonly<Record<string, string>> }) | 'drop' | 'hang';
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
