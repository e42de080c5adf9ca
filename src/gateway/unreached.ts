/** What a connection's error code says of the replica it was for. */

/** Codes of connections that were never made: the request cannot have reached anybody. */
export const neverReached: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ENOTFOUND',
]);

/** Codes of connections that could not be made for want of our own ports or descriptors: no word about the replica. */
export const ownWant: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS']);

/** Longest time until a connection to a replica stands, in milliseconds. */
export const connectTimeoutMs = 1000;
