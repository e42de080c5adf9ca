/** What a connection's error code says of the replica it was for. */

/** Codes of connections that were never made: the request cannot have reached anybody. */
const neverReached: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ENOTFOUND',
]);

/** Codes of connections that could not be made for want of our own ports or descriptors: no word about the replica. */
const ownWant: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS']);

/** How far a request got whose connection failed. `isOurs`: no further than this machine, which is no word about the replica. */
export function reachOf(error: Error): {
  readonly code: string;
  readonly isOurs: boolean;
  readonly isUnreached: boolean;
} {
  const code = 'code' in error ? String(error.code) : '';
  const isOurs = ownWant.has(code);
  return { code, isOurs, isUnreached: isOurs || neverReached.has(code) };
}

/** Longest time until a connection to a replica stands, in milliseconds. */
export const connectTimeoutMs = 1000;
