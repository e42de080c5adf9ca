/** The folder of a machine's records, which can be set aside as it is in a moment, as when a process dies. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Records {
  /** Where the records of this machine are now. */
  readonly here: string;
  /** Of a machine that has none of this one's records; another one each time. */
  elsewhere(): string;
  /** What is on record now is what sessions opened later find: one opened before may write what it likes. */
  park(): void;
  remove(): void;
}

/** Where there is one, a disk in memory: hundreds of sites are made and none of them is to outlive a power loss. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** `prefix`: of its name among temporary folders. */
export function openRecords(prefix: string): Records {
  const dir = mkdtempSync(join(place, prefix));
  let here = join(dir, 'here');
  let others = 0;
  return {
    get here() {
      return here;
    },
    elsewhere() {
      others += 1;
      return join(dir, `machine-${others}`);
    },
    park() {
      const before = here;
      others += 1;
      here = join(dir, `here-${others}`);
      // A lock is its holder's, and a copy of it nobody's; to read it would take it from its holder.
      if (existsSync(before))
        cpSync(before, here, { recursive: true, filter: (path) => !path.startsWith(join(before, 'locks')) });
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
