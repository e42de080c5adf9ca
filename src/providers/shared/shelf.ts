/** What a provider keeps on record of each slot, one file for each. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { readJson, writeDurably } from './durable.ts';

export interface Shelf<T> {
  /** Throws with the file's name when it cannot be believed. */
  get(deployment: string, slot: number): T | undefined;
  /** Durable when it returns. Only under the slot's lock. */
  put(deployment: string, slot: number, value: T): void;
  /** May come back after a power loss. Only under the slot's lock. */
  forget(deployment: string, slot: number): void;
}

/** Makes and writes nothing until something is put. */
export function openShelf<T>(dir: string, shape: z.ZodType<T>): Shelf<T> {
  const pathOf = (deployment: string, slot: number): string => join(dir, `${deployment}-${slot}.json`);
  return {
    get: (deployment, slot) => readJson(pathOf(deployment, slot), shape),
    put(deployment, slot, value) {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      writeDurably(pathOf(deployment, slot), JSON.stringify(value));
    },
    forget: (deployment, slot) => rmSync(pathOf(deployment, slot), { force: true }),
  };
}
