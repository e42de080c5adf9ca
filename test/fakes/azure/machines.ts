/** The machines of a fake resource group and what is billed beside them: what is true, and what a view that lags shows. */

export type Power = 'starting' | 'running' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated';
export type Provisioning = 'Creating' | 'Updating' | 'Succeeded' | 'Failed' | 'Deleting' | 'gone';

/** How long a machine is at each change, in milliseconds of the group's time. */
export const lasts = { creating: 8000, failing: 3000, starting: 6000, deallocating: 9000, deleting: 12_000 } as const;

export interface Failure {
  readonly code: string;
  readonly message: string;
}

interface Event {
  readonly atMs: number;
  readonly provisioning: Provisioning;
  readonly power: Power | undefined;
  readonly failure?: Failure;
}

export interface MachineTerms {
  readonly name: string;
  readonly vmId: string;
  /** The request's own body, as it was checked against the specification. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly size: string;
  readonly zone: string | undefined;
  readonly market: 'on-demand' | 'spot' | 'reserved';
}

/** A change of a machine that takes time, as its operation tells it. */
export interface Change {
  readonly endsAtMs: number;
  readonly failure?: Failure;
}

/** Its whole life, past and coming: what is scheduled has simply not been reached yet. */
export class Machine {
  readonly terms: MachineTerms;
  tags: Readonly<Record<string, string>>;
  etag = 1;
  private events: readonly Event[];

  constructor(terms: MachineTerms, tags: Readonly<Record<string, string>>, atMs: number) {
    this.terms = terms;
    this.tags = tags;
    this.events = [
      { atMs, provisioning: 'Creating', power: undefined },
      { atMs: atMs + lasts.creating / 2, provisioning: 'Creating', power: 'starting' },
      { atMs: atMs + lasts.creating, provisioning: 'Succeeded', power: 'running' },
    ];
  }

  get createdAtMs(): number {
    return this.events[0]?.atMs ?? 0;
  }

  get change(): Change {
    const last = this.events.at(-1);
    return { endsAtMs: last?.atMs ?? 0, ...(last?.failure === undefined ? {} : { failure: last.failure }) };
  }

  /** The create was accepted, and comes to nothing. `vanishes`: the machine itself is not to be found afterwards. */
  failLate(atMs: number, failure: Failure, { vanishes }: { readonly vanishes: boolean }): void {
    this.go(atMs, [
      { provisioning: 'Creating', power: undefined, afterMs: 0 },
      { provisioning: vanishes ? 'gone' : 'Failed', power: undefined, afterMs: lasts.failing, failure },
    ]);
  }

  start(atMs: number): void {
    this.go(atMs, [
      { provisioning: 'Updating', power: 'starting', afterMs: 0 },
      { provisioning: 'Succeeded', power: 'running', afterMs: lasts.starting },
    ]);
  }

  /** The start was accepted, and no host was found for it. */
  failToStart(atMs: number, failure: Failure): void {
    this.go(atMs, [
      { provisioning: 'Updating', power: 'deallocated', afterMs: 0 },
      { provisioning: 'Failed', power: 'deallocated', afterMs: lasts.failing, failure },
    ]);
  }

  deallocate(atMs: number): void {
    this.go(atMs, [
      { provisioning: 'Updating', power: 'deallocating', afterMs: 0 },
      { provisioning: 'Succeeded', power: 'deallocated', afterMs: lasts.deallocating },
    ]);
  }

  /** As a person does in the portal, or the system itself when it shuts down: billed on. */
  powerOff(atMs: number): void {
    this.go(atMs, [{ provisioning: 'Succeeded', power: 'stopped', afterMs: 0 }]);
  }

  /** `isStuck`: without an end. */
  remove(atMs: number, { isStuck = false, lastsMs = lasts.deleting as number } = {}): void {
    const power = this.at(atMs)?.power;
    this.go(atMs, [
      { provisioning: 'Deleting', power, afterMs: 0 },
      ...(isStuck ? [] : [{ provisioning: 'gone', power: undefined, afterMs: lastsMs } as const]),
    ]);
  }

  /** Undefined before it was made and after it has gone. */
  at(atMs: number): Omit<Event, 'atMs'> | undefined {
    const event = this.events.findLast((each) => each.atMs <= atMs);
    return event === undefined || event.provisioning === 'gone' ? undefined : event;
  }

  /** When it went, or will go; infinite when nothing says so. */
  get goneAtMs(): number {
    return this.events.find(({ provisioning }) => provisioning === 'gone')?.atMs ?? Number.POSITIVE_INFINITY;
  }

  private go(atMs: number, next: readonly (Omit<Event, 'atMs'> & { readonly afterMs: number })[]): void {
    this.etag += 1;
    this.events = [
      ...this.events.filter((each) => each.atMs < atMs),
      ...next.map(({ afterMs, ...event }) => ({ ...event, atMs: atMs + afterMs })),
    ];
  }
}

/** Made beside a machine, and billed as long as it is there. */
export interface Sibling {
  readonly kind: 'networkInterfaces' | 'disks' | 'publicIPAddresses';
  readonly name: string;
  readonly machine: Machine;
  readonly address: string;
  readonly fromMs: number;
  /** It goes with its machine. */
  readonly goesAlong: boolean;
  /** Deleted by itself. */
  deletedAtMs: number | undefined;
}

export function isThere({ fromMs, machine, goesAlong, deletedAtMs }: Sibling, atMs: number): boolean {
  const untilMs = Math.min(
    goesAlong ? machine.goneAtMs : Number.POSITIVE_INFINITY,
    deletedAtMs ?? Number.POSITIVE_INFINITY,
  );
  return atMs >= fromMs && atMs < untilMs;
}
