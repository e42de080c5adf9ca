/** A stream to write text to that may be closed at any time by whoever reads it. */
import type { Writable } from 'node:stream';

/** The reader went away: `| head`, a closed terminal, a lost connection. */
const readerGone = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/** Writes go nowhere once the reader is gone; any other error of the stream is thrown as it is. Opened at the first write. */
export function openSink(open: () => Writable) {
  let isClosed = false;
  let stream: Writable | undefined;
  const start = (): Writable => {
    const opened = open();
    opened.on('error', (error: NodeJS.ErrnoException) => {
      if (!readerGone.has(error.code ?? '')) throw error;
      isClosed = true;
    });
    return opened;
  };
  return {
    get isClosed() {
      return isClosed;
    },
    write(text: string): void {
      stream ??= start();
      if (!isClosed) stream.write(text);
    },
  };
}
