/** What a store's contract is run against, and what its cases share. */
import assert from 'node:assert/strict';
import type { Store } from '../../ports/store.ts';
import type { ContractCase } from '../contract-case.ts';

/** One set of state, fresh for every case. */
export interface StoreSubject {
  /** A handle as a process of its own would hold it: the same state, nothing shared in memory. */
  open(): Promise<Store>;
  /** Moves the clock that all handles were given, wall and monotonic. */
  advance(ms: number): void;
  /** Moves the wall clock alone. */
  jumpWall(ms: number): void;
  /** The monotonic clock that all handles were given. */
  monoMs(): number;
  /** Handles opened from now on are told of another boot of the machine. */
  reboot(): void;
  /** Closes what was opened and removes the state. */
  dispose(): Promise<void>;
}

export type MakeStore = () => Promise<StoreSubject>;

/** A case on fresh state, disposed of whatever happens. */
export function storeCase(make: MakeStore, name: string, body: (subject: StoreSubject) => Promise<void>): ContractCase {
  return {
    name,
    async run() {
      const subject = await make();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    },
  };
}

/** Rejected with this error code; gives the message. */
export async function refusal(work: Promise<unknown>, code: string): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error && 'code' in error, `expected a refusal with ${code}`);
  assert.equal(error.code, code);
  return error.message;
}

/** As it would come out of a file: without what is undefined. */
export function asStored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
