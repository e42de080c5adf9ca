/** The contract of a store: run every case against yours, each on fresh state. */
import type { ContractCase } from '../contract-case.ts';
import { blockCases } from './block-cases.ts';
import { journalCases } from './journal-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { operationCases } from './operation-cases.ts';
import type { MakeStore } from './subject.ts';

export function storeContract(make: MakeStore): readonly ContractCase[] {
  return [...leaseCases(make), ...journalCases(make), ...operationCases(make), ...blockCases(make)];
}
