/** The contract of a provider: run every case against yours, each on an empty site. */
import type { ContractCase } from './contract-case.ts';
import { callCases } from './provider/call-cases.ts';
import { startCases } from './provider/start-cases.ts';
import { stopCases } from './provider/stop-cases.ts';
import type { MakeProvider } from './provider/subject.ts';

export function providerContract(make: MakeProvider): readonly ContractCase[] {
  return [...startCases(make), ...stopCases(make), ...callCases(make)];
}
