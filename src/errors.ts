/** The base of every error godwit throws: a stable code, whose fault it is, and what to do next. */

/** Whose fault an error is: it decides the tone of the message and the exit code. */
export type Blame = 'user' | 'provider' | 'conflict' | 'bug';

/** Every error code there is. A code never changes its meaning; `test/house/codes.test.ts` keeps list and use in step. */
export const errorCodes = {
  UsageInvalid: 'user',
  ConfigInvalid: 'user',
  ConfigNotFound: 'user',
  NotFound: 'user',
  ListenFailed: 'user',
  OperationFailed: 'provider',
  OutcomeUnknown: 'provider',
  LeaseHeld: 'conflict',
  LeaseLost: 'conflict',
  RevisionConflict: 'conflict',
  StoreFailed: 'provider',
  StoreCorrupt: 'provider',
  JournalMismatch: 'bug',
  AssertionFailed: 'bug',
} as const satisfies Record<string, Blame>;

export type ErrorCode = keyof typeof errorCodes;

export interface GodwitErrorOptions {
  /** What to do next, as one sentence or a command to type. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Values a machine reads beside the message (`-o json`); never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error class. `message` says what and where, `hint` what to do. */
export class GodwitError extends Error {
  readonly code: ErrorCode;
  readonly blame: Blame;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: GodwitErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GodwitError';
    this.code = code;
    this.blame = errorCodes[code];
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** Fails loudly on our own mistakes; stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition)
    throw new GodwitError('AssertionFailed', message, { hint: 'this is a bug in godwit: please report it' });
}

/** The text of whatever was thrown, for messages and journals. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
