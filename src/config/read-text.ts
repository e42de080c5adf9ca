/** Reads a file as text, within the size a configuration may have. */
import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { GodwitError, messageOf } from '../errors.ts';
import { maxBytes } from './limits.ts';

/**
 * A larger file comes cut one byte past the limit, which the reader of the text refuses.
 * Throws `ConfigInvalid`: a folder, a file that cannot be read or is no UTF-8, or, when it is for use, one others can write.
 */
export function readText(path: string, isForUse: boolean): string {
  try {
    const file = openSync(path, 'r');
    try {
      const stat = fstatSync(file);
      if (stat.isDirectory()) throw new GodwitError('ConfigInvalid', `${path} is a folder, not a file`);
      // Whoever can write it decides which programs run here. Asked of the open file: it cannot be another one by now.
      if (isForUse && stat.isFile() && (stat.mode & 0o022) !== 0)
        throw new GodwitError('ConfigInvalid', `others can write to ${path}`, { hint: `chmod go-w ${path}` });
      return decode(path, readBytes(file, maxBytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    throw new GodwitError('ConfigInvalid', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** All bytes of an open file, or one more than `mostBytes` of them: a device or a huge file ends too. */
export function readBytes(file: number, mostBytes: number): Buffer {
  const bytes = Buffer.alloc(mostBytes + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length < bytes.length; length += got)
    got = readSync(file, bytes, length, bytes.length - length, null);
  return bytes.subarray(0, length);
}

function decode(path: string, bytes: Buffer): string {
  // What is too large may be cut inside a character; it is refused for its size.
  if (bytes.length <= maxBytes && !isUtf8(bytes))
    throw new GodwitError('ConfigInvalid', `${path} is not UTF-8 text`, { hint: 'save it in the encoding UTF-8' });
  return bytes.toString('utf8');
}
