/** Hands parts of an answer to the client. */
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** Larger parts are not worth copying. */
const framedBytes = 4096;

/**
 * Gives whoever says when there is room again, undefined while there is. A part of a stream is framed here and leaves as
 * one string: by way of `write` it is four pieces and a third more processor time.
 */
export function writePart(response: ServerResponse, chunk: Buffer, isFirst: boolean): Writable | undefined {
  const { socket } = response;
  // The first one takes the head along; answers that wait for their turn on a connection have no socket yet.
  if (isFirst || socket === null || !response.chunkedEncoding || chunk.length > framedBytes)
    return response.write(chunk) ? undefined : response;
  const frame = `${chunk.length.toString(16)}\r\n${chunk.toString('latin1')}\r\n`;
  return socket.write(frame, 'latin1') ? undefined : socket;
}
