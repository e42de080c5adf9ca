import { describe, test } from 'vitest';
import { storeContract } from '../../src/testkit/index.ts';
import { makeMemory, makeSqlite } from '../store/support/subjects.ts';

describe.each([
  { kind: 'sqlite', make: makeSqlite },
  { kind: 'memory', make: makeMemory },
])('the $kind store', ({ make }) => {
  for (const { name, run } of storeContract(make)) test(name, run);
});
