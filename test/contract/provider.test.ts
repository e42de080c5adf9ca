import { describe, test } from 'vitest';
import { withScriptedFaults } from '../../src/faults/provider.ts';
import { providerContract } from '../../src/testkit/provider-contract.ts';
import { clock, makeSite } from '../providers/local/support/site.ts';

describe.each([
  { kind: 'local', make: () => makeSite() },
  { kind: 'local, with no fault armed', make: () => makeSite((inner) => withScriptedFaults(inner, [], { clock })) },
])('the provider $kind', ({ make }) => {
  for (const { name, run } of providerContract(make)) test(name, run);
});
