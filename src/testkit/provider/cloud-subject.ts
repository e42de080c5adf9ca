/** A subject whose provider calls a cloud, and what its cloud can be made to do behind the provider's back. */
import assert from 'node:assert/strict';
import type { Offer } from '../../model/offer.ts';
import type { ErrorClass } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { Provider } from '../../ports/provider.ts';
import type { MakeProvider, ProviderSubject } from './subject.ts';

/** What a session is asked for. */
export type ProviderMethod = 'list' | 'start' | 'stop' | 'offers' | 'drain' | 'notices' | 'checkAccess';

/** Ends what was brought about. */
export type Lift = () => void;

/** Where a session's process dies: at its `calls`-th call to the cloud, counted from 1. */
export interface Death {
  readonly calls: number;
  /** `before`: the call never arrives. `after`: the cloud does it, and nobody hears the answer. */
  readonly when: 'before' | 'after';
}

/** A session that dies. */
export interface Doomed {
  readonly provider: Provider;
  /** Resolves when it is dead; never, when it makes too few calls. What it was asked for then gives no answer. */
  readonly death: Promise<void>;
}

/** What stands in for the cloud, seen from its own side. */
export interface CloudHooks {
  /** Every call that reached the cloud, in order, by the cloud's own name for it. */
  readonly calls: readonly string[];
  /**
   * From now on the cloud answers what `method` asks it for with an error of its own of this class, and does nothing of it;
   * for `unknown` there is no answer at all. What a method looks at before that (such as the list of what is there) goes
   * on as ever. Undefined: the cloud has no such answer there.
   */
  refuse(method: ProviderMethod, errorClass: ErrorClass): Lift | undefined;
  /** From now on the cloud neither does nor answers what `method` asks it for. */
  silence(method: ProviderMethod): Lift;
  /** From now on none of these is left. What `offers` says of it need not change. */
  sellOut(offer: Offer): void;
  /** From now on what is told to end, or to stop, is acknowledged and does not come to its end. */
  neverEnd(): void;
  /**
   * From now on the cloud does what `method` (a write) asks it for, and the answer is lost. Absent: it cannot be shown, and
   * is not proven.
   */
  loseReply?(method: ProviderMethod): Lift;
  /**
   * How many things are left, and paid for, that belonged to machines that have ended: disks, addresses, network cards.
   * Absent: they cannot be counted, and that none is left is not proven.
   */
  countLeft?(): Promise<number>;
  /**
   * With `drain`: whether the cloud sends the replica no new requests, or bears the mark of a drain where it sends none
   * itself. Absent: it does not show, and is not proven.
   */
  isDrained?(replica: Replica): Promise<boolean>;
  /** After its death, sessions opened by the subject find the disk and the cloud as they were in that moment. */
  openDoomed(death: Death): Promise<Doomed>;
  /** With `offers`: the cloud can say before it is asked that this one would be refused. Absent: it cannot. */
  deny?(offer: Offer): void;
  /** With `prices`: a session of a site of which the cloud says what some offer costs. */
  openPriced?(): Promise<Provider>;
  /** With `notices`: says what it will do to the replica; undefined: to a machine that is none of ours. */
  announce?(replica: Replica | undefined): void;
  /** With `accessCheck`: our credentials lose the permission of this name. */
  withdraw?(permission: string): Lift;
}

/** One site of a cloud, empty when a case begins, of at least two machine types with room for three replicas each. */
export interface CloudSubject extends ProviderSubject {
  readonly cloud: CloudHooks;
}

export type MakeCloud = MakeProvider<CloudSubject>;

/** The hook that a capability needs; fails where a provider says yes and nothing can show it. */
export function hookOf<K extends keyof CloudHooks>(cloud: CloudHooks, name: K): NonNullable<CloudHooks[K]> {
  const hook = cloud[name];
  assert.ok(hook !== undefined, `the provider has what cannot be shown: its subject has no ${name}`);
  return hook;
}
