/** What each error means and what to do about it. */
import type { ErrorCode } from '../../../errors.ts';
import type { CodePage } from './page.ts';

const error = (means: string, todo: string): CodePage => ({ about: 'error', means, todo });

/** One without a page does not compile. */
export const errorPages: Readonly<Record<ErrorCode, CodePage>> = {
  UsageInvalid: error('The command line could not be read.', 'godwit --help, or godwit COMMAND --help'),
  ConfigInvalid: error('The configuration has mistakes. Nothing was contacted.', 'godwit config validate'),
  ConfigNotFound: error('There is no configuration where it was looked for.', 'godwit --config FILE'),
  NotFound: error('What was named does not exist.', 'The message names the nearest that does.'),
  ListenFailed: error(
    'A port or socket could not be opened: somebody else has it, or it is not allowed.',
    'The message names it; look who has it, or configure another.',
  ),
  OperationFailed: error('The operation failed; the state it left is known and printed.', 'godwit explain last'),
  OutcomeUnknown: error(
    'A reply was lost: it is not known whether the change took place. It was not tried blindly again.',
    'See what is in force: godwit status DEPLOYMENT',
  ),
  LeaseHeld: error(
    'Another process leads the deployment. Nothing was changed.',
    'Try again, or see who it is: godwit status DEPLOYMENT',
  ),
  LeaseLost: error(
    'Another process took the lead in the middle; it goes on from the journal.',
    'godwit status DEPLOYMENT',
  ),
  RevisionConflict: error(
    'Something else was asked for or begun since the deployment was looked at. Nothing was changed.',
    'Look again, then ask again.',
  ),
  StoreFailed: error(
    'The state directory could not be read or written: what cannot be recorded is not done.',
    'Look at its disk: space, permissions, other programs that hold it. Traffic goes on without it.',
  ),
  StoreCorrupt: error(
    'The state file is damaged or was changed from outside.',
    'Keep a copy, then godwit journal verify',
  ),
  JournalMismatch: error(
    'The journal’s record of a step does not match its plan. That is a bug in godwit.',
    'Please report it with the journal.',
  ),
  AssertionFailed: error('godwit made a mistake of its own and stopped before it did harm.', 'Please report it.'),
};
