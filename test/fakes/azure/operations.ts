/** The long-running operations of a fake group: their addresses, and what each tells. */
import type { Change, Failure, Machine } from './machines.ts';

export interface Told {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Operation {
  readonly machine: Machine | undefined;
  readonly change: Change;
  /** What a `location` gives in the end: the thing that was made. */
  readonly result: (() => object) | undefined;
  canceledAtMs: number | undefined;
}

/** `azure-async`: an address with a status of its own; `location`: one that answers 202 until it is over. */
export type Flavour = 'azure-async' | 'location';

export class Operations {
  flavour: Flavour = 'azure-async';
  /** As in the header: seconds or a date; undefined: none. */
  retryAfter: string | undefined;
  private readonly all = new Map<string, Operation>();
  private readonly nowMs: () => number;
  private readonly base: string;

  constructor(base: string, nowMs: () => number) {
    this.base = base;
    this.nowMs = nowMs;
  }

  /** The headers of an answer that begins one. Addresses have the 4 KB that a client must be able to keep. */
  begin(change: Change, machine?: Machine, result?: () => object): Readonly<Record<string, string>> {
    const id = `op-${this.all.size + 1}`;
    this.all.set(id, { machine, change, result, canceledAtMs: undefined });
    const kept = `api-version=2026-04-01&t=${'0'.repeat(3900)}`;
    const address = `${this.base}/operations/${id}?${kept}`;
    const headers =
      this.flavour === 'azure-async' ? { 'azure-asyncoperation': address } : { location: `${address}&monitor=true` };
    return { ...headers, ...this.wait() };
  }

  /** A change that goes on and was ended by a later one. */
  cancel(machine: Machine): void {
    const nowMs = this.nowMs();
    for (const each of this.all.values())
      if (each.machine === machine && nowMs < each.change.endsAtMs) each.canceledAtMs = nowMs;
  }

  /** Undefined where there is none. */
  tell(id: string, isMonitor: boolean): Told | undefined {
    const operation = this.all.get(id);
    if (operation === undefined) return undefined;
    const { change, canceledAtMs, result } = operation;
    if (canceledAtMs !== undefined) return this.ended(isMonitor, 'Canceled', preempted);
    if (this.nowMs() < change.endsAtMs)
      return isMonitor
        ? { status: 202, headers: this.wait() }
        : { status: 200, body: { status: 'InProgress' }, headers: this.wait() };
    if (change.failure !== undefined) return this.ended(isMonitor, 'Failed', change.failure);
    if (!isMonitor) return { status: 200, body: { status: 'Succeeded' } };
    return { status: 200, ...(result === undefined ? {} : { body: result() }) };
  }

  private ended(isMonitor: boolean, status: string, { code, message }: Failure): Told {
    const error = { code, message };
    return isMonitor ? { status: 409, body: { error } } : { status: 200, body: { status, error } };
  }

  private wait(): Readonly<Record<string, string>> {
    return this.retryAfter === undefined ? {} : { 'retry-after': this.retryAfter };
  }
}

/** As somebody got it when a machine was deleted while it was made: https://github.com/Azure/azure-sdk-for-java/issues/1783. */
const preempted: Failure = {
  code: 'OperationPreempted',
  message: 'The operation has been preempted by a more recent operation.',
};
