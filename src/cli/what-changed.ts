/** What an error leaves behind, said with every error of a command that changes something. */
import type { ErrorCode } from '../errors.ts';

export interface WhatChanged {
  /** Null: not known here. */
  readonly changed: false | null;
  /** Undefined: the error's own message says it, with what it knows. */
  readonly text: string | undefined;
}

/** They change nothing, so that their errors need not say it; what is not named here changes something. */
export const readers: ReadonlySet<string> = new Set([
  ...['status', 'op list', 'op show', 'op watch', 'op wait', 'explain', 'history', 'timeline', 'handover'],
  ...['blocks list', 'orphans list', 'journal verify', 'simulate', 'backtest', 'demo', 'completion'],
  ...[
    'drill validate',
    'drill list',
    'drill due',
    'drill report',
    'drill report verify',
    'drill compare',
    'drill trend',
    'drill export',
  ],
  ...['explain error', 'doctor', 'policy print'],
  ...['config validate', 'config show', 'config schema'],
]);

/** At work for days: what they did before an error is not told by the error. */
const lasting: ReadonlySet<string> = new Set(['run', 'gateway']);

const nothing: WhatChanged = { changed: false, text: 'Nothing was changed.' };
const kept: WhatChanged = { changed: null, text: 'What is in force stays in force.  godwit status' };
const untold: WhatChanged = {
  changed: null,
  text: 'What it had done until then stays.  What is in force now:  godwit status',
};
const own: WhatChanged = { changed: null, text: undefined };

/** Errors that are thrown before a command has asked for anything: later ones of the store are `OutcomeUnknown`. */
const byCode: Readonly<Record<ErrorCode, WhatChanged>> = {
  UsageInvalid: nothing,
  ConfigInvalid: nothing,
  ConfigNotFound: nothing,
  NotFound: nothing,
  ListenFailed: nothing,
  OperationFailed: untold,
  OutcomeUnknown: own,
  LeaseHeld: { ...nothing, text: undefined },
  LeaseLost: untold,
  RevisionConflict: nothing,
  StoreFailed: nothing,
  StoreCorrupt: nothing,
  JournalMismatch: untold,
  AssertionFailed: untold,
};

/** `command`: as it stands in the table; undefined when what was typed is none. Undefined: there is nothing to say. */
export function whatChanged(code: ErrorCode, command: string | undefined): WhatChanged | undefined {
  if (command === undefined || readers.has(command)) return undefined;
  const isOfStore = code === 'StoreFailed' || code === 'StoreCorrupt';
  return isOfStore && lasting.has(command) ? kept : leftBy(code);
}

/** The same for a command that is known to change something, and to end. */
export function leftBy(code: ErrorCode): WhatChanged {
  return byCode[code];
}
