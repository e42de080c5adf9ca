import { describe, test } from 'vitest';
import { providerContract } from '../../src/testkit/provider-contract.ts';
import { makeSite } from '../providers/local/support/site.ts';

describe('the local provider', () => {
  for (const { name, run } of providerContract(() => makeSite())) test(name, run);
});
