/** The test kit: the contracts every provider, traffic driver and store must keep, and stand-ins for time and chance. */
export type { ContractCase } from './contract-case.ts';
