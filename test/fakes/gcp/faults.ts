/** What goes wrong with a project's calls, written before they come. */
import type { ScriptedFault } from '../fault-script.ts';
import type { Refusal } from './refusal.ts';

/** What happens to the next calls of a method, such as `Instances.Insert`. `before`: nothing is done. `after`: it is done, and then this. */
export interface Fault extends ScriptedFault {
  readonly when: 'before' | 'after';
  /** An answer, or none: the connection ends, or stays silent. `html`: a proxy speaks in the API's place. */
  readonly answer: Refusal | 'drop' | 'hang' | 'html';
}

/** Answers a project can give at any time, ready to be used. */
export const answers = {
  throttled: { status: 403, reason: 'rateLimitExceeded', message: "Quota exceeded for quota metric 'Queries'." },
  busy: {
    status: 403,
    reason: 'CONCURRENT_OPERATIONS_QUOTA_EXCEEDED',
    message: 'Quota exceeded for concurrent operations.',
  },
  expired: { status: 401, reason: 'authError', message: 'Invalid Credentials' },
  forbidden: { status: 403, reason: 'forbidden', message: "Required 'compute.instances.create' permission" },
  internal: { status: 503, reason: 'backendError', message: 'Backend Error' },
  soldOut: { status: 503, reason: 'insufficientCapacity', message: 'The zone does not have enough resources.' },
  quota: {
    status: 403,
    reason: 'quotaExceeded',
    message: "Quota 'NVIDIA_H100_GPUS' exceeded.  Limit: 8.0 in region europe-west4.",
  },
} as const satisfies Readonly<Record<string, Refusal>>;
