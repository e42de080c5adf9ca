/**
 * The test kit: the contracts every provider, traffic driver and store must keep, and stand-ins for time and chance. With it
 * the types that a provider from outside is written in.
 */
export type { AccessReport, PermissionCheck } from '../model/access.ts';
export type { Denial } from '../model/denial.ts';
export type { LaunchSpec } from '../model/deployment.ts';
export type { ErrorVerdict } from '../model/error-verdict.ts';
export type { Notice } from '../model/notice.ts';
export type { Offer, OfferSight } from '../model/offer.ts';
export type { Answer, Reply, Seen } from '../model/outcome.ts';
export type { ErrorClass, ProviderError } from '../model/provider-error.ts';
export type { Replica, ReplicaState } from '../model/replica.ts';
export type { Site } from '../model/site.ts';
export type { ReadCall, WriteCall } from '../ports/call.ts';
export type { Clock } from '../ports/clock.ts';
export type {
  Capabilities,
  Disturbance,
  OfferNeed,
  Provider,
  ProviderDeps,
  ProviderPlugin,
  ReplicaBoot,
  ReplicaSelector,
  StartRequest,
} from '../ports/provider.ts';
export type { Random } from '../ports/random.ts';
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
