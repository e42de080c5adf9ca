/** What runs here, and as whom: for whoever has to be told how to run it again. */
import { resolve } from 'node:path';
import type { ProgramFacts } from '../model/program-facts.ts';
import { createActor } from './actor.ts';

/** Paths are absolute; a user without a name is told by number. */
export function readProgram(): ProgramFacts {
  return {
    node: process.execPath,
    launcher: resolve(process.argv[1] ?? ''),
    user: createActor('person').name.replace(/^uid-/, ''),
    timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}
