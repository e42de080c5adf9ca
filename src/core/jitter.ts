/** How long a run waits before it begins, so that not all hosts begin at once. */

/** What the wait is drawn from: the same host with the same configuration always waits the same. */
export interface JitterKey {
  readonly host: string;
  readonly configDigest: string;
}

/** Whole milliseconds, 0 to `mostMs`, spread evenly over hosts and configurations. */
export function jitterMs({ host, configDigest }: JitterKey, mostMs: number): number {
  return Math.floor((hash32(`${host}\n${configDigest}`) / 2 ** 32) * (mostMs + 1));
}

/**
 * FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, and the last mixing of MurmurHash3, without which hosts that differ in
 * their last letter alone would wait nearly the same; both from memory, 2026-11.
 */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
