/** The one exit-code table: what every command's exit code means, and which error ends in which. */
import type { ErrorCode } from '../errors.ts';

/** Below 126 except for signals, so that health checks and job controllers can act on them. In order of the help page. */
export const exitCodes = {
  done: { code: 0, meaning: 'done, or nothing to do' },
  failed: { code: 1, meaning: 'failed, state known and printed (`status --exit-code`: degraded or down)' },
  usage: { code: 2, meaning: 'usage or configuration error, nothing was touched' },
  changes: { code: 2, meaning: '`plan --detailed-exitcode`: there are changes' },
  approval: { code: 3, meaning: 'cancelled, or approval missing, nothing was touched' },
  credentials: { code: 4, meaning: 'credentials missing or rejected (`doctor`: only rights are bad)' },
  refused: { code: 5, meaning: 'refused by a safety rule, nothing was touched' },
  noCapacity: { code: 6, meaning: 'no capacity anywhere' },
  stillRunning: { code: 7, meaning: 'waiting timed out, the operation goes on' },
  inProgress: { code: 8, meaning: '`op wait`, `status --exit-code`: an operation is in progress' },
  drillFailed: { code: 9, meaning: '`drill run`, `drill report`: it ran, and its hypothesis does not hold' },
  drillOpen: { code: 10, meaning: 'the same: aborted, interrupted or inconclusive; its first line says which' },
  unknown: { code: 11, meaning: 'the outcome is unknown, or the state cannot be seen' },
  returned: { code: 12, meaning: 'failed and returned to the earlier weights' },
  leaseLost: { code: 13, meaning: 'lost the lease in the middle, state printed' },
  leaseHeld: { code: 75, meaning: 'another process or operation is at it, nothing was touched: try again' },
  interrupted: { code: 130, meaning: 'interrupted (SIGINT), state printed' },
  terminated: { code: 143, meaning: 'terminated (SIGTERM), state printed' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** How a command ends, by name. */
export type Exit = keyof typeof exitCodes;

/** How a command ends that a signal has ended. */
export function exitOfSignal({ reason }: AbortSignal): Exit {
  return reason === 'SIGTERM' ? 'terminated' : 'interrupted';
}

/** Which end each error is. A new error code does not compile until it has a line here. */
export const exitOfError: Readonly<Record<ErrorCode, Exit>> = {
  UsageInvalid: 'usage',
  ConfigInvalid: 'usage',
  ConfigNotFound: 'usage',
  NotFound: 'usage',
  ListenFailed: 'failed',
  OperationFailed: 'failed',
  OutcomeUnknown: 'unknown',
  LeaseHeld: 'leaseHeld',
  LeaseLost: 'leaseLost',
  RevisionConflict: 'leaseHeld',
  StoreFailed: 'failed',
  StoreCorrupt: 'failed',
  JournalMismatch: 'failed',
  AssertionFailed: 'failed',
};
