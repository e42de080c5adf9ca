/** Every deliberate fault, and the invariants that none of today's code can break. */
import { effectMutants } from './effects.ts';
import { evidenceMutants } from './evidence.ts';
import { journalMutants } from './journal.ts';
import { leaseMutants } from './lease.ts';
import type { Mutant, NotYet } from './mutant.ts';
import { routeMutants } from './route.ts';
import { ruleMutants } from './rules.ts';

export const mutants: readonly Mutant[] = [
  ...leaseMutants,
  ...journalMutants,
  ...effectMutants,
  ...routeMutants,
  ...ruleMutants,
  ...evidenceMutants,
];

export const notYet: readonly NotYet[] = [
  { invariant: 'I6', why: 'no traffic driver answers with addresses yet: there is nothing to be empty or stale' },
  { invariant: 'I12', why: 'no plan of today stops or drains a site, and no rule counts how fast that is done' },
  {
    invariant: 'I13',
    why: 'one operation at a time and no rebalance, drill or upgrade: nothing changes two domains at once',
  },
  {
    invariant: 'I22',
    why: 'the configuration is read before the engine begins; no input of any other shape reaches it',
  },
  { invariant: 'I33', why: 'there are no drills yet' },
];
