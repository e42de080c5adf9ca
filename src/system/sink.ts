/** A stream to write text to that may be closed at any time by whoever reads it. */
import type { Writable } from 'node:stream';

/** The reader went away: `| head`, a closed terminal, a lost connection. */
const readerGone = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/** Writes go nowhere once the reader is gone; any other error of the stream is thrown as it is. */
export function openSink(stream: Writable) {
  let isClosed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerGone.has(error.code ?? '')) throw error;
    isClosed = true;
  });
  return {
    get isClosed() {
      return isClosed;
    },
    write(text: string): void {
      if (!isClosed) stream.write(text);
    },
  };
}
