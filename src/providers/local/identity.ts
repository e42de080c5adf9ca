/** Whether a process is still the one that was started: pid, kernel start time and boot token must all agree. */
import type { Answer } from '../../model/outcome.ts';
import type { ProcessSight, ProcessTable } from './process-table.ts';

export interface ProcessIdentity {
  readonly pid: number;
  readonly processStart: string;
  readonly bootToken: string;
  /** The machine's boot in which it was started. */
  readonly machineBoot: string;
}

/**
 * `unknown` when the process is there but its environment may not be read. Programs that set their own title (Python's
 * setproctitle, which vLLM requires; seen 2026-11-23) overwrite what /proc shows of their environment: without any token the
 * kernel's word decides, for pid and start time name one process as long as the machine has not booted again.
 */
export function isSameProcess(table: ProcessTable, wanted: ProcessIdentity): Answer {
  if (table.look(wanted.pid)?.start !== wanted.processStart) return 'no';
  if (!table.seesTokens) return 'yes';
  const seen = table.tokenOf(wanted.pid);
  switch (seen.kind) {
    case 'token':
      return seen.token === wanted.bootToken ? 'yes' : 'no';
    case 'none':
      return wanted.machineBoot !== '' && wanted.machineBoot === table.machineBoot ? 'yes' : 'no';
    case 'closed':
      return 'unknown';
    case 'gone':
      return 'no';
  }
}

function holdsToken(table: ProcessTable, pid: number, bootToken: string): boolean {
  const seen = table.tokenOf(pid);
  return seen.kind === 'token' && seen.token === bootToken;
}

/** Everything that carries the token, the oldest first: the replica itself and what it started. */
export function findByToken(table: ProcessTable, bootToken: string): readonly ProcessSight[] {
  if (!table.seesTokens) return [];
  return table
    .all()
    .filter(({ pid }) => holdsToken(table, pid, bootToken))
    .sort((one, other) => Number(one.start) - Number(other.start) || one.pid - other.pid);
}

/**
 * All living processes of a boot: those that carry its token, and those in its group. The group's number is believed only
 * while somebody known is in it: once it is empty the number may be given to a stranger. Not by asking for the group
 * alone, either: a zombie that nobody reaps keeps it alive.
 */
export function findFamily(
  table: ProcessTable,
  wanted: ProcessIdentity,
  known: readonly ProcessSight[],
): readonly ProcessSight[] {
  const all = table.all();
  const isLeaderOurs = isSameProcess(table, wanted) === 'yes';
  const isKnown = ({ pid, start }: ProcessSight): boolean =>
    (pid === wanted.pid && isLeaderOurs) ||
    known.some((each) => each.pid === pid && each.start === start) ||
    holdsToken(table, pid, wanted.bootToken);
  const ours = all.filter(isKnown);
  const isGroupOurs = ours.some(({ group }) => group === wanted.pid);
  return all.filter((each) => ours.includes(each) || (isGroupOurs && each.group === wanted.pid));
}

/** Cheap, for listings: whether somebody of a boot whose first process is gone may still run. */
export function isAnyoneLeft(table: ProcessTable, wanted: ProcessIdentity): boolean {
  return isGroupThere(wanted.pid) && findFamily(table, wanted, []).length > 0;
}

function isGroupThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    // EPERM: somebody is there, and not ours to signal.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
