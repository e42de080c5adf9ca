/** Tells how far a long run is: rewritten in place on a terminal, else a line now and then. */

/** Between lines where nothing can be rewritten, in milliseconds. */
const plainMs = 10_000;

export interface Progress {
  update(line: string): void;
  /** Leaves the stream at the beginning of a line. */
  end(): void;
}

export function openProgress(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  nowMs: () => number,
): Progress {
  let isOpen = false;
  let toldMs = nowMs();
  return {
    update(line) {
      if (stream.isTTY === true) {
        stream.write(`\r\u001b[K${line}`);
        isOpen = true;
      } else if (nowMs() - toldMs >= plainMs) {
        toldMs = nowMs();
        stream.write(`${line}\n`);
      }
    },
    end() {
      if (isOpen) stream.write('\n');
      isOpen = false;
    },
  };
}
