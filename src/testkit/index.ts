/** The test kit: the contracts every provider, traffic driver and store must keep, and stand-ins for time and chance. */
export type { ContractCase } from './contract-case.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export { createSeededRandom } from './seeded-random.ts';
export { storeContract } from './store/store-contract.ts';
export type { MakeStore, StoreSubject } from './store/subject.ts';
