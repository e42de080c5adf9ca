/** Who this process acts as. */
import { hostname, userInfo } from 'node:os';
import type { Actor } from '../model/operation.ts';

export function createActor(kind: Actor['kind']): Actor {
  return { kind, name: userName(), host: hostname(), pid: process.pid };
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
