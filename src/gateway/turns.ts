/** Requests of one connection whose answers are not through: how many may wait, and whether a refusal may be written. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Requests sent on one connection before the answers to those before them; above it the connection is closed. */
const maxPipelined = 16;

interface Turns {
  count: number;
  last: ServerResponse;
  /** An answer that waits for those before it has no socket, and hears nothing of a connection that closes. */
  waiting: Set<() => void> | undefined;
}

const turns = new WeakMap<Duplex, Turns>();

/** False, and the connection is closed, when too many wait already. `left`: called when the connection closes first. */
export function takeTurn(socket: Duplex, response: ServerResponse, left: () => void): boolean {
  let own = turns.get(socket);
  if (own === undefined) {
    own = { count: 0, last: response, waiting: undefined };
    turns.set(socket, own);
  }
  own.count += 1;
  own.last = response;
  if (response.socket !== null) return true;
  if (own.count > maxPipelined + 1) {
    socket.destroy();
    return false;
  }
  own.waiting ??= heardAtClose(socket);
  own.waiting.add(left);
  return true;
}

function heardAtClose(socket: Duplex): Set<() => void> {
  const waiting = new Set<() => void>();
  socket.once('close', () => {
    for (const left of waiting) left();
  });
  return waiting;
}

/** The answer is through, or its connection gone. */
export function endTurn(socket: Duplex, left: () => void): void {
  const own = turns.get(socket);
  if (own === undefined) return;
  own.count -= 1;
  own.waiting?.delete(left);
}

/** Not while an answer has begun or others wait: in the middle of it a refusal would be taken for its body. */
export function mayRefuse(socket: Duplex): boolean {
  const own = turns.get(socket);
  return own === undefined || own.count === 0 || (own.count === 1 && !own.last.headersSent);
}
