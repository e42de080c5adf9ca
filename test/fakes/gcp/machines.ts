/** The machines of a fake project: what is true of them, now and by what is scheduled. */

export type Status = 'PROVISIONING' | 'STAGING' | 'RUNNING' | 'STOPPING' | 'TERMINATED' | 'SUSPENDED';

/** How long each passing state lasts, in milliseconds of the project's time. `hidden`: accepted, and not found by name yet. */
export const lasts = { hidden: 1000, PROVISIONING: 2000, STAGING: 6000, STOPPING: 10_000 } as const;

interface Event {
  readonly atMs: number;
  /** `hidden`: not found. `gone`: nor ever again. */
  readonly status: Status | 'hidden' | 'gone';
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
}

export interface MachineTerms {
  readonly id: string;
  readonly index: number;
  readonly name: string;
  readonly zone: string;
  readonly type: string;
  readonly isSpot: boolean;
  readonly hasLocalSsd: boolean;
  readonly createdAtMs: number;
  /** Given with the launch; undefined: the template's own. */
  readonly metadata: object | undefined;
  readonly reservationAffinity: object | undefined;
  /** Its private address; default: one of its own in 10.0.0.0/16. */
  readonly address?: string;
}

/** Its whole life, past and coming: what is scheduled has simply not been reached yet. */
export class Machine {
  readonly terms: MachineTerms;
  labels: Readonly<Record<string, string>>;
  fingerprint = 1;
  isBootDiskTied: boolean;
  /** What is announced for it. */
  maintenance: object | undefined;
  terminationTime: string | undefined;
  /** When its disk went; undefined while it is there. */
  diskGoneAtMs: number | undefined;
  private events: readonly Event[] = [];

  constructor(terms: MachineTerms, labels: Readonly<Record<string, string>>, isBootDiskTied: boolean) {
    this.terms = terms;
    this.labels = labels;
    this.isBootDiskTied = isBootDiskTied;
  }

  /** Made, from acceptance to running; returns when. */
  boot(atMs: number): number {
    const [seenMs, stagedMs] = [atMs + lasts.hidden, atMs + lasts.hidden + lasts.PROVISIONING];
    const startedAtMs = stagedMs + lasts.STAGING;
    this.schedule(atMs, [
      { atMs, status: 'hidden' },
      { atMs: seenMs, status: 'PROVISIONING' },
      { atMs: stagedMs, status: 'STAGING' },
      { atMs: startedAtMs, status: 'RUNNING', startedAtMs },
    ]);
    return startedAtMs;
  }

  /** Accepted, and comes to nothing. `isSeen`: it is there for a moment. */
  failLate(atMs: number, untilMs: number, isSeen: boolean): void {
    this.schedule(atMs, [
      { atMs, status: 'hidden' },
      ...(isSeen ? [{ atMs: atMs + lasts.hidden, status: 'PROVISIONING' as const }] : []),
      { atMs: untilMs, status: 'gone' },
    ]);
    this.diskGoneAtMs = untilMs;
  }

  startAgain(atMs: number): number {
    const { stoppedAtMs } = this.eventAt(atMs) ?? {};
    const startedAtMs = atMs + lasts.hidden;
    const runningMs = startedAtMs + lasts.STAGING;
    this.schedule(atMs, [
      { atMs, status: 'STAGING', startedAtMs: this.eventAt(atMs)?.startedAtMs, stoppedAtMs },
      { atMs: startedAtMs, status: 'STAGING', startedAtMs, stoppedAtMs },
      { atMs: runningMs, status: 'RUNNING', startedAtMs, stoppedAtMs },
    ]);
    return runningMs;
  }

  stop(atMs: number): number {
    const { startedAtMs } = this.eventAt(atMs) ?? {};
    const stoppedAtMs = atMs + lasts.STOPPING;
    this.schedule(atMs, [
      { atMs, status: 'STOPPING', startedAtMs },
      { atMs: stoppedAtMs, status: 'TERMINATED', startedAtMs, stoppedAtMs },
    ]);
    return stoppedAtMs;
  }

  /** Its memory is kept, as somebody did by hand. */
  suspend(atMs: number): void {
    this.schedule(atMs, [{ ...this.eventAt(atMs), atMs, status: 'SUSPENDED', stoppedAtMs: atMs }]);
  }

  remove(atMs: number): number {
    const { startedAtMs } = this.eventAt(atMs) ?? {};
    const goneMs = atMs + lasts.STOPPING;
    this.schedule(atMs, [
      { atMs, status: 'STOPPING', startedAtMs },
      { atMs: goneMs, status: 'gone' },
    ]);
    if (this.isBootDiskTied) this.diskGoneAtMs = goneMs;
    return goneMs;
  }

  /** Stops and does not come to an end. */
  stick(atMs: number): void {
    this.schedule(atMs, [{ ...this.eventAt(atMs), atMs, status: 'STOPPING' }]);
    this.diskGoneAtMs = undefined;
  }

  /** Taken away at once, behind everybody's back. */
  vanish(atMs: number): void {
    this.schedule(atMs, [{ atMs, status: 'gone' }]);
    this.diskGoneAtMs = atMs;
  }

  /** Undefined before it is found by its name, and after it is gone. */
  statusAt(atMs: number): Status | undefined {
    const status = this.eventAt(atMs)?.status;
    return status === 'hidden' || status === 'gone' ? undefined : status;
  }

  /** Its name is taken from the moment it was accepted. */
  isGoneAt(atMs: number): boolean {
    return this.eventAt(atMs)?.status === 'gone';
  }

  isBilledAt(atMs: number): boolean {
    const status = this.eventAt(atMs)?.status;
    return status === 'hidden' || status === 'PROVISIONING' || status === 'STAGING' || status === 'RUNNING';
  }

  hasDiskAt(atMs: number): boolean {
    return this.diskGoneAtMs === undefined || atMs < this.diskGoneAtMs;
  }

  /** As the API shows it at a moment. */
  shownAt(atMs: number, project: string): object | undefined {
    const [status, event] = [this.statusAt(atMs), this.eventAt(atMs)];
    if (status === undefined) return undefined;
    const { id, index, name, zone, type, isSpot, hasLocalSsd, createdAtMs } = this.terms;
    const { metadata, reservationAffinity, address } = this.terms;
    const base = `https://www.googleapis.com/compute/v1/projects/${project}/zones/${zone}`;
    const isUp = status === 'RUNNING' || status === 'STAGING';
    const disk = { boot: true, autoDelete: this.isBootDiskTied, deviceName: 'persistent-disk-0', type: 'PERSISTENT' };
    return {
      ...{ kind: 'compute#instance', id, name, status, zone: base, machineType: `${base}/machineTypes/${type}` },
      ...{ labels: this.labels, labelFingerprint: Buffer.from(`f${this.fingerprint}`).toString('base64') },
      creationTimestamp: timestamp(createdAtMs),
      ...(metadata === undefined ? {} : { metadata }),
      ...(reservationAffinity === undefined ? {} : { reservationAffinity }),
      ...(event?.startedAtMs === undefined ? {} : { lastStartTimestamp: timestamp(event.startedAtMs) }),
      ...(event?.stoppedAtMs === undefined ? {} : { lastStopTimestamp: timestamp(event.stoppedAtMs) }),
      disks: [
        disk,
        ...(hasLocalSsd ? [{ boot: false, autoDelete: true, deviceName: 'local-ssd-0', type: 'SCRATCH' }] : []),
      ],
      scheduling: {
        ...(isSpot ? { provisioningModel: 'SPOT', preemptible: true } : { provisioningModel: 'STANDARD' }),
        ...(this.terminationTime === undefined ? {} : { terminationTime: this.terminationTime }),
      },
      ...(this.maintenance === undefined ? {} : { resourceStatus: { upcomingMaintenance: this.maintenance } }),
      networkInterfaces: [
        {
          name: 'nic0',
          networkIP: address ?? `10.0.${index >> 8}.${index & 255}`,
          accessConfigs: [{ name: 'External NAT', ...(isUp ? { natIP: `198.51.100.${index & 255}` } : {}) }],
        },
      ],
    };
  }

  private schedule(atMs: number, coming: readonly Event[]): void {
    this.events = [...this.events.filter((each) => each.atMs <= atMs), ...coming];
  }

  private eventAt(atMs: number): Event | undefined {
    return this.events.findLast((each) => each.atMs <= atMs);
  }
}

/** In the API's own time zone. */
export function timestamp(atMs: number): string {
  return new Date(atMs - 8 * 3_600_000).toISOString().replace('Z', '-08:00');
}
