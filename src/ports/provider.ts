/** A cloud (or this machine) as godwit sees it: one plugin per kind, one session per site. */
import type { ZodType } from 'zod';
import type { AccessReport } from '../model/access.ts';
import type { Denial } from '../model/denial.ts';
import type { LaunchSpec } from '../model/deployment.ts';
import type { Market } from '../model/error-verdict.ts';
import type { Notice } from '../model/notice.ts';
import type { Offer, OfferSight } from '../model/offer.ts';
import type { Answer, Reply, Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import type { Site } from '../model/site.ts';
import type { ReadCall, WriteCall } from './call.ts';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** What a provider can do; the contract kit proves every yes and no. */
export interface Capabilities {
  /** A start repeated with the same key makes no second replica. */
  readonly idempotentStart: Answer;
  /** `stop` keeps a machine that starts again faster than from nothing. */
  readonly warmStandby: Answer;
  /** Says what it could start before it is asked to: sessions have `offers`. */
  readonly offers: Answer;
  /** Says what offers of some market cost, and how many accelerators they have. */
  readonly prices: Answer;
  /** Can be told that a replica is to get no new requests: sessions have `drain`. */
  readonly drain: Answer;
  /** Says what it will do to a replica before it does it: sessions have `notices`. */
  readonly notices: Answer;
  /** Can be asked what our credentials may do: sessions have `checkAccess`. */
  readonly accessCheck: Answer;
  /** Can break a replica on purpose and make it whole again: sessions have `disturb`. */
  readonly disturb: Answer;
}

export interface ReplicaSelector {
  readonly deployment: string;
}

export interface StartRequest {
  readonly deployment: string;
  readonly model: string;
  readonly slot: number;
  readonly launch: LaunchSpec;
  /** The only ones to ask for, in this order; absent: all of the site's own, in the order of its settings. */
  readonly offers?: readonly Offer[];
  /** Hears of every offer that was refused, at once or late; of the same one perhaps more than once. */
  readonly tell?: (denial: Denial) => void;
}

/** One boot of a replica: all that is kept of it while it is broken. */
export type ReplicaBoot = Pick<Replica, 'id' | 'bootId'>;

/** `kill`: its processes end at once, as in a crash. `hang`: they stop where they stand. `resume`: they go on. */
export type Disturbance = 'kill' | 'hang' | 'resume';

export interface OfferNeed {
  readonly deployment: string;
  /** Replicas wanted. */
  readonly replicas: number;
  /** Prices are what it is about: accelerators are counted too. A start has no use for them, and no time. */
  readonly forPrices?: true;
}

export interface ProviderDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** A directory (0700) that is this site's alone; survives restarts. */
  readonly stateDir: string;
}

/**
 * Shortest times between two lists of a deployment at a site, in milliseconds. A cloud counts calls per account: what
 * watching takes is not there for a failover.
 */
export interface ListPace {
  /** Where nothing is wrong. */
  readonly calmMs: number;
  /** Where something is, and for a step that waits. */
  readonly urgentMs: number;
}

/** One site's session. */
export interface Provider {
  /**
   * Longest time from the moment a start was sent until `list` must show what it made, in milliseconds; 0: at once. The
   * same for the session's whole life; stated too long it delays a replacement, stated too short it makes a second instance.
   */
  readonly listLagMs: number;
  /**
   * Longest usual time that a stop, either way of it, takes beyond the server's own grace until it is verified, in
   * milliseconds. Stated too short a stop that goes on well ends as unknown; stated too long a stuck one is told late. Absent: a
   * minute. The same for the session's whole life.
   */
  readonly stopSlackMs?: number;
  /** How often a watcher may list; absent: as often as it looks. */
  readonly listPace?: ListPace;
  /**
   * Shortest time between two reads of `notices`, in milliseconds, by what one takes and how late a warning may be heard;
   * absent: 30 s.
   */
  readonly noticeEveryMs?: number;
  /**
   * The markets that its settings name: a start can be asked for in one of them alone, by its `offers`. The same for the session's
   * whole life. Absent: it knows of none.
   */
  readonly markets?: readonly Market[];
  /** Whose account it is, as a reference: what is refused for the account is refused at all its sites. Absent: this site's alone. */
  readonly account?: string;
  /** All replicas of the deployment at this site, by tag: the cloud is the truth, our database is not. Stopped ones too. */
  list(selector: ReplicaSelector, call: ReadCall): Promise<Seen<readonly Replica[]>>;
  /** Idempotent by `call.idempotencyKey`; starts a stopped replica of the slot before it makes a new one. */
  start(request: StartRequest, call: WriteCall): Promise<Reply<Replica>>;
  /** `stop` keeps it for a warm start, `delete` leaves nothing. Done means verified: not running, not billed. */
  stop(replica: Replica, how: 'stop' | 'delete', call: WriteCall): Promise<Reply<void>>;
  /** What could be started, in the order of the site's settings, with what is known against each. Nothing is changed. */
  offers?(need: OfferNeed, call: ReadCall): Promise<Seen<readonly OfferSight[]>>;
  /** On the provider's side: no new requests for this boot of the replica; the start that wakes it ends that. Done already is done. */
  drain?(replica: Replica, call: WriteCall): Promise<Reply<void>>;
  /** What the provider will do to our replicas at this site, for all deployments. */
  notices?(call: ReadCall): Promise<Seen<readonly Notice[]>>;
  /**
   * What our credentials may do here, whether what replicas are made from is there, and whether `starts` could be asked for
   * at all. Nothing is changed.
   */
  checkAccess?(call: ReadCall, starts?: readonly StartRequest[]): Promise<Seen<AccessReport>>;
  /**
   * For drills, on this boot alone. Done means verified; again is done, and so are `kill` and `resume` of a boot that is over. Lists
   * show what hangs as running, as a cloud does. Needs no lease: undoing always may.
   */
  disturb?(replica: ReplicaBoot, how: Disturbance, call: ReadCall): Promise<Reply<void>>;
  /** Lets go of handles and connections; replicas go on. */
  close(): Promise<void>;
}

export interface ProviderPlugin {
  readonly kind: string;
  readonly capabilities: Capabilities;
  /** Shape of the site's own settings in the config. */
  readonly configSchema: ZodType;
  connect(site: Site, deps: ProviderDeps): Promise<Provider>;
}
