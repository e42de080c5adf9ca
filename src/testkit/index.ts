/** The test kit: the contracts every provider, traffic driver and store must keep, and stand-ins for time and chance. */
export type { ContractCase } from './contract-case.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export type {
  CloudHooks,
  CloudSubject,
  Death,
  Doomed,
  Lift,
  MakeCloud,
  ProviderMethod,
} from './provider/cloud-subject.ts';
export type { MakeProvider, ProviderSubject } from './provider/subject.ts';
export { cloudContract, providerContract } from './provider-contract.ts';
export { createSeededRandom } from './seeded-random.ts';
export { storeContract } from './store/store-contract.ts';
export type { MakeStore, StoreSubject } from './store/subject.ts';
