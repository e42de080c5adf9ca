/** What runs here, and as whom: for whoever has to be told how to run it again. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProgramFacts } from '../model/program-facts.ts';
import { createActor } from './actor.ts';

/** Paths are absolute; a user without a name is told by number. */
export function readProgram(): ProgramFacts {
  return {
    node: process.execPath,
    launcher: resolve(process.argv[1] ?? ''),
    user: createActor('person').name.replace(/^uid-/, ''),
    ownerOf,
    timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

function ownerOf(path: string): string | undefined {
  const uid = orUndefined(() => statSync(path).uid);
  if (uid === undefined) return undefined;
  // Node looks up no names but its own user's. Users of a directory service are not in the file: their numbers will do.
  const users = orUndefined(() => readFileSync('/etc/passwd', 'utf8')) ?? '';
  const entry = users.split('\n').find((line) => line.split(':')[2] === String(uid));
  return entry?.split(':')[0] ?? String(uid);
}

/** What cannot be looked at is not known. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
