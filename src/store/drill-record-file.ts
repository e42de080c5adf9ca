/** One drill's record on disk: private, written at its end only, whole again after every failure. */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { GodwitError } from '../errors.ts';
import { guarded } from './sqlite/failure.ts';

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_DIRECTORY } = constants;

/** Makes the folder (0700) where it is missing. Throws `StoreFailed` for a link in its place, and where others can write. */
export function makePrivateFolder(path: string): void {
  guarded(path, () => {
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) syncFolder(dirname(path));
  });
  const stat: Stats = guarded(path, () => lstatSync(path));
  if (!stat.isDirectory()) throw new GodwitError('StoreFailed', `${path} is no folder of its own`);
  if ((stat.mode & 0o022) !== 0)
    throw new GodwitError('StoreFailed', `others can write to ${path}`, { hint: `chmod 700 ${path}` });
}

/** Undefined: there is none. Throws `StoreFailed` for what cannot be read, and for anything but a plain file. */
export function readPlainFile(path: string, mostBytes: number): Buffer | undefined {
  return guarded(path, () => {
    const file = openIfThere(path);
    if (file === undefined) return undefined;
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) throw new GodwitError('StoreFailed', `${path} is no plain file`);
      if (stat.size > mostBytes)
        throw new GodwitError(
          'StoreFailed',
          `${path} has ${stat.size} bytes; the record of a drill has at most ${mostBytes}`,
        );
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/** Of a plain file: its beginning as Latin-1, and its size; undefined: there is none. */
export function lookAtFile(
  path: string,
  frontBytes: number,
): { readonly front: string; readonly sizeBytes: number } | undefined {
  return guarded(path, () => {
    const file = openIfThere(path);
    if (file === undefined) return undefined;
    try {
      const front = Buffer.alloc(frontBytes);
      const length = readSync(file, front, 0, frontBytes, 0);
      return { front: front.toString('latin1', 0, length), sizeBytes: fstatSync(file).size };
    } finally {
      closeSync(file);
    }
  });
}

function openIfThere(path: string): number | undefined {
  try {
    // A pipe in its place must not be waited for.
    return openSync(path, O_RDONLY | O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // Something else stands in the place of its folder: there is no record in it.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Puts `text` behind the first `atBytes` bytes and drops what else was there. Durable when it returns; else nothing of it stays. */
export function writeBehind(path: string, atBytes: number, text: string): void {
  guarded(path, () => {
    const isNew = atBytes === 0;
    withFile(path, O_RDWR | O_CREAT | O_NOFOLLOW, (file) => {
      if (isNew) fchmodSync(file, 0o600);
      if (fstatSync(file).size !== atBytes) ftruncateSync(file, atBytes);
      try {
        writeAll(file, Buffer.from(text), atBytes);
        fsyncSync(file);
        if (isNew) syncFolder(dirname(path));
      } catch (error) {
        ftruncateSync(file, atBytes);
        throw error;
      }
    });
  });
}

/** The same in one step, for a file that is closed: a reader sees the old one or the new one. */
export function replaceBehind(path: string, kept: Buffer, text: string): void {
  guarded(path, () => {
    const beside = `${path}.new`;
    withFile(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, (file) => {
      fchmodSync(file, 0o600);
      writeAll(file, Buffer.concat([kept, Buffer.from(text)]), 0);
      fsyncSync(file);
    });
    renameSync(beside, path);
    syncFolder(dirname(path));
  });
}

function writeAll(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

function syncFolder(path: string): void {
  withFile(path, O_RDONLY | O_DIRECTORY, fsyncSync);
}

function withFile(path: string, flags: number, work: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    work(file);
  } finally {
    closeSync(file);
  }
}
