/** The machines of a fake region: what is true of them, and what a list that lags shows. */
import type { Instance } from '@aws-sdk/client-ec2';

export type State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** How long a machine stays in each passing state, in milliseconds of the region's time. */
export const lasts = { pending: 8000, stopping: 12_000, 'shutting-down': 15_000 } as const;

/** An ended machine is listed for an hour. */
const shownAfterEndMs = 3_600_000;

const codes: Readonly<Record<State, number>> = {
  ...{ pending: 0, running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 },
};

interface Event {
  readonly atMs: number;
  readonly state: State;
  readonly reason?: { readonly Code: string; readonly Message: string };
  /** Set where the machine was started. */
  readonly launchedAtMs: number;
}

export type Metadata = NonNullable<Instance['MetadataOptions']>;

export interface MachineTerms {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly zone: string;
  /** Of a spot machine. */
  readonly spotRequest?: string;
  /** It runs in this capacity reservation. */
  readonly reservation?: string;
  readonly isBlock: boolean;
  /** The Capacity Block of that reservation. */
  readonly block?: string;
  /** Its volume outlives it, as its template says. */
  readonly keepsVolume: boolean;
  readonly token: string;
  readonly tags: ReadonlyMap<string, string>;
  /** Base64, as it was asked for. */
  readonly userData: string | undefined;
  readonly metadata: Metadata | undefined;
  /** Its private address; default: one of its own in 10.0.0.0/16. */
  readonly address?: string;
}

/** Its whole life, past and coming: what is scheduled has simply not been reached yet. */
export class Machine {
  readonly terms: MachineTerms;
  readonly tags: Map<string, string>;
  private events: readonly Event[] = [];

  constructor(terms: MachineTerms, atMs: number) {
    this.terms = terms;
    this.tags = new Map(terms.tags);
    this.start(atMs);
  }

  /** Launch time has whole seconds. */
  start(atMs: number): void {
    const launchedAtMs = Math.floor(atMs / 1000) * 1000;
    this.go(atMs, launchedAtMs, ['pending', 'running']);
  }

  stop(atMs: number): void {
    this.go(atMs, this.launchedAtMs(atMs), ['stopping', 'stopped'], userShutdown);
  }

  end(atMs: number, reason = userShutdown): void {
    this.go(atMs, this.launchedAtMs(atMs), ['shutting-down', 'terminated'], reason);
  }

  /** Shuts down and does not come to an end, as a machine whose host is in trouble. */
  stick(atMs: number): void {
    this.end(atMs);
    this.events = this.events.slice(0, -1);
  }

  /** The launch was accepted and comes to nothing. */
  failLate(atMs: number, code: string): void {
    const reason = { Code: code, Message: `${code}: seen after the launch was accepted` };
    const launchedAtMs = this.launchedAtMs(atMs);
    this.events = [
      ...this.events.filter((each) => each.atMs <= atMs),
      { atMs: atMs + 3000, state: 'terminated', reason, launchedAtMs },
    ];
  }

  /** Undefined before it was made, and long after it ended. */
  stateAt(atMs: number): State | undefined {
    const last = this.eventAt(atMs);
    if (last === undefined) return undefined;
    return last.state === 'terminated' && atMs - last.atMs > shownAfterEndMs ? undefined : last.state;
  }

  /** Undefined while it has not ended. */
  endedAtMs(atMs: number): number | undefined {
    const last = this.eventAt(atMs);
    return last?.state === 'terminated' ? last.atMs : undefined;
  }

  /** As the API shows it at a moment. */
  shownAt(atMs: number): Instance | undefined {
    const [state, event] = [this.stateAt(atMs), this.eventAt(atMs)];
    if (state === undefined || event === undefined) return undefined;
    const { id, index, type, zone, spotRequest, reservation, isBlock, block, token, metadata, address } = this.terms;
    const isUp = state !== 'terminated' && state !== 'shutting-down';
    return {
      InstanceId: id,
      ClientToken: token,
      InstanceType: type as NonNullable<Instance['InstanceType']>,
      LaunchTime: new Date(event.launchedAtMs),
      Placement: { AvailabilityZone: zone },
      State: { Code: codes[state], Name: state },
      Tags: [...this.tags].map(([Key, Value]) => ({ Key, Value })),
      ...(metadata === undefined ? {} : { MetadataOptions: metadata }),
      ...(spotRequest === undefined ? {} : { InstanceLifecycle: 'spot', SpotInstanceRequestId: spotRequest }),
      ...(reservation === undefined ? {} : { CapacityReservationId: reservation }),
      ...(block === undefined ? {} : { CapacityBlockId: block }),
      ...(isBlock ? { InstanceLifecycle: 'capacity-block' } : {}),
      ...(isUp ? { PrivateIpAddress: address ?? `10.0.${index >> 8}.${index & 255}` } : {}),
      ...(isUp && state === 'running' ? { PublicIpAddress: `198.51.100.${index & 255}` } : {}),
      ...(event.reason === undefined ? {} : { StateReason: event.reason }),
    };
  }

  private go(
    atMs: number,
    launchedAtMs: number,
    [passing, last]: readonly [keyof typeof lasts, State],
    reason?: Event['reason'],
  ): void {
    const shared = { launchedAtMs, ...(reason === undefined ? {} : { reason }) };
    this.events = [
      ...this.events.filter((each) => each.atMs <= atMs),
      { atMs, state: passing, ...shared },
      { atMs: atMs + lasts[passing], state: last, ...shared },
    ];
  }

  private eventAt(atMs: number): Event | undefined {
    return this.events.findLast((each) => each.atMs <= atMs);
  }

  private launchedAtMs(atMs: number): number {
    return this.eventAt(atMs)?.launchedAtMs ?? atMs;
  }
}

const userShutdown = {
  Code: 'Client.UserInitiatedShutdown',
  Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};
