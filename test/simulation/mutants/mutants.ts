/** Every deliberate fault, which of them some world is known to show, and the invariants that none of them breaks. */
import { drillMutants } from './drills.ts';
import { effectMutants } from './effects.ts';
import { evidenceMutants } from './evidence.ts';
import { journalMutants } from './journal.ts';
import { kills } from './kills.ts';
import { leaseMutants } from './lease.ts';
import type { Mutant, NotYet } from './mutant.ts';
import { peopleMutants } from './people.ts';
import { rebalanceMutants } from './rebalance.ts';
import { routeMutants } from './route.ts';
import { ruleMutants } from './rules.ts';
import { scalingMutants } from './scaling.ts';

export const mutants: readonly Mutant[] = [
  ...leaseMutants,
  ...journalMutants,
  ...effectMutants,
  ...routeMutants,
  ...ruleMutants,
  ...evidenceMutants,
  ...peopleMutants,
  ...drillMutants,
  ...scalingMutants,
  ...rebalanceMutants,
];

/** No world is known that shows these: a check, a fault or a workload is missing. */
export const unseen: readonly Mutant[] = mutants.filter(({ name }) => !(name in kills));

/** Those that some world shows. */
export const seen: readonly Mutant[] = mutants.filter(({ name }) => name in kills);

/** Broken by faults of the list, and seen under another number first, or by no check yet. */
export const notSeen: readonly NotYet[] = [
  {
    invariant: 'I28',
    why: 'a lease that ends by the wall clock is granted twice: I3; a budget that does, spent twice: I11',
  },
  { invariant: 'I29', why: 'what is issued after the journal failed is not in it: I18 says so first' },
  { invariant: 'I34', why: 'an effect without its entry is I18' },
];

/** Nothing of today's code can break these. */
export const notYet: readonly NotYet[] = [
  { invariant: 'I6', why: 'no traffic driver answers with addresses yet: there is nothing to be empty or stale' },
  {
    invariant: 'I22',
    why: 'the configuration is read before the engine begins; no input of any other shape reaches it',
  },
];
