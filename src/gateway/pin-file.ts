/** The pins on disk: one checksummed line for each thing that was said, durable before it is answered. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Pin } from '../model/pin.ts';
import { isCount, isListOf, isObject } from './entry-shape.ts';

/** A pin as it was taken, and how far it has come where the file was compacted since. */
export interface TakenRecord {
  readonly kind: 'taken';
  readonly pin: Pin;
  /** Monotonic times of another boot mean nothing. */
  readonly bootId: string;
  readonly takenAtMonoMs: number;
  readonly forMs?: number | undefined;
  /** For `return`: of the table that has its weights. One older than this in force was not kept in time. */
  readonly routeVersion?: number | undefined;
  readonly isReleased?: boolean;
}

export type PinRecord =
  | TakenRecord
  | { readonly kind: 'merged'; readonly deployment: string; readonly number: number }
  /** Of any deployment: up to this number lines were lost that may have been answered for. None is given out again. */
  | { readonly kind: 'lost'; readonly number: number };

export interface LoadedPins {
  readonly records: readonly PinRecord[];
  /** Up to the last line's end, and of all of it: what has no end was torn, and nobody was told that it is kept. */
  readonly wholeBytes: number;
  readonly sizeBytes: number;
  /** Lines with an end that could not be read: they may have been answered for. */
  readonly damaged: number;
}

/** Whatever is there to be read; throws only when the file cannot be opened or read at all. */
export function loadPins(path: string): LoadedPins {
  const bytes = readIfThere(path);
  const records: PinRecord[] = [];
  let wholeBytes = 0;
  let damaged = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, wholeBytes)) {
    const record = recordIn(bytes.toString('utf8', wholeBytes, end));
    if (record === undefined) damaged += 1;
    else records.push(record);
    wholeBytes = end + 1;
  }
  return { records, wholeBytes, sizeBytes: bytes.length, damaged };
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Appends behind what is whole. One writer at a time: the gateway that has the admin socket. */
export class PinFile {
  readonly #path: string;
  #sizeBytes: number;
  #sizeBeforeBytes: number;

  constructor(path: string, sizeBytes: number) {
    this.#path = path;
    this.#sizeBytes = sizeBytes;
    this.#sizeBeforeBytes = sizeBytes;
  }

  /** Durable when it returns; when it throws nothing of it is there, or what is there will be cut off by the next one. */
  append(record: PinRecord): void {
    const line = Buffer.from(lineOf(record));
    const isNew = this.#sizeBytes === 0;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#withFile((file) => {
      // What an earlier try left behind would run into this line.
      if (fstatSync(file).size !== this.#sizeBytes) ftruncateSync(file, this.#sizeBytes);
      try {
        writeFileSync(file, line);
        fsyncSync(file);
      } catch (error) {
        ftruncateSync(file, this.#sizeBytes);
        throw error;
      }
    });
    if (isNew) syncFolder(this.#path);
    this.#sizeBeforeBytes = this.#sizeBytes;
    this.#sizeBytes += line.length;
  }

  /** Takes the last appended line back; where the disk does not let it now, the next append does. */
  takeBack(): void {
    this.#sizeBytes = this.#sizeBeforeBytes;
    this.#withFile((file) => {
      ftruncateSync(file, this.#sizeBytes);
      fsyncSync(file);
    });
  }

  /** Replaces the whole file in one step. */
  rewrite(records: readonly PinRecord[]): void {
    const bytes = Buffer.from(records.map(lineOf).join(''));
    const beside = `${this.#path}.new`;
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    withFile(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, (file) => {
      writeFileSync(file, bytes);
      fsyncSync(file);
    });
    renameSync(beside, this.#path);
    syncFolder(this.#path);
    this.#sizeBytes = bytes.length;
    this.#sizeBeforeBytes = bytes.length;
  }

  /** A copy of the file as it is, beside it: what could not be read is not lost. */
  copyAside(): string {
    const aside = `${this.#path}.damaged`;
    copyFileSync(this.#path, aside);
    return aside;
  }

  #withFile(work: (file: number) => void): void {
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    withFile(this.#path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, work);
  }
}

function syncFolder(path: string): void {
  withFile(dirname(path), constants.O_RDONLY, fsyncSync);
}

function withFile(path: string, flags: number, work: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    work(file);
  } finally {
    closeSync(file);
  }
}

function lineOf(record: PinRecord): string {
  const text = JSON.stringify(record);
  return `${sumOf(text)} ${text}\n`;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function recordIn(line: string): PinRecord | undefined {
  const text = line.slice(17);
  if (line[16] !== ' ' || line.slice(0, 16) !== sumOf(text)) return undefined;
  // Its checksum is right: it is what was written, by this version or another.
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is PinRecord {
  if (!isObject(value)) return false;
  if (value['kind'] === 'merged') return typeof value['deployment'] === 'string' && isCount(value['number']);
  if (value['kind'] === 'lost') return isCount(value['number']);
  const { pin, forMs, routeVersion } = value;
  return (
    value['kind'] === 'taken' &&
    typeof value['bootId'] === 'string' &&
    typeof value['takenAtMonoMs'] === 'number' &&
    (forMs === undefined || isCount(forMs)) &&
    (routeVersion === undefined || isCount(routeVersion)) &&
    isPin(pin)
  );
}

const kinds: ReadonlySet<unknown> = new Set(['pause', 'hold', 'return', 'release']);

function isPin(pin: unknown): boolean {
  return (
    isObject(pin) &&
    typeof pin['deployment'] === 'string' &&
    isCount(pin['number']) &&
    kinds.has(pin['kind']) &&
    isObject(pin['by']) &&
    isCount(pin['atMs']) &&
    (pin['weights'] === undefined || isObject(pin['weights'])) &&
    (pin['releases'] === undefined || isListOf(pin['releases'], isCount))
  );
}
