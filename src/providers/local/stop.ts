/** Ends a replica's whole process group: politely, then for good, and looks that nothing is left. */
import { messageOf } from '../../errors.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { findFamily, isSameProcess, type ProcessIdentity } from './identity.ts';
import type { ProcessSight, ProcessTable } from './process-table.ts';

const pollMs = 20;
/** After SIGKILL the kernel needs a moment, or a disk holds the process in an uninterruptible wait. */
const killWaitMs = 5000;

interface World {
  readonly clock: Clock;
  readonly table: ProcessTable;
}

interface Phase {
  readonly signals: readonly NodeJS.Signals[];
  readonly waitMs: number;
}

/** What hangs hears nothing but this one. */
const forGood: Phase = { signals: ['SIGKILL'], waitMs: killWaitMs };

/**
 * Undefined when the whole group is gone, and whatever else carries its token. Signals nobody whose identity is not
 * certain: each process is looked at again right before. A call that ends first leaves the rest to the next one.
 */
export function stopProcess(
  world: World,
  wanted: ProcessIdentity,
  graceMs: number,
  call: ReadCall,
): Promise<ProviderError | undefined> {
  // One that hangs must go on to hear that it is to end.
  return endIn(world, wanted, [{ signals: ['SIGTERM', 'SIGCONT'], waitMs: graceMs }, forGood], call);
}

/** The same without asking first, as in a crash. */
export function killProcess(world: World, wanted: ProcessIdentity, call: ReadCall): Promise<ProviderError | undefined> {
  return endIn(world, wanted, [forGood], call);
}

async function endIn(
  world: World,
  wanted: ProcessIdentity,
  phases: readonly Phase[],
  call: ReadCall,
): Promise<ProviderError | undefined> {
  if (isSameProcess(world.table, wanted) === 'unknown')
    return unknown('IdentityUnknown', `process ${wanted.pid} may not be looked at`);
  let family = findFamily(world.table, wanted, []);
  for (const { signals, waitMs } of phases) {
    if (family.length === 0) return undefined;
    for (const signal of signals) {
      const error = signalFamily(world.table, wanted, family, signal);
      if (error !== undefined) return error;
    }
    const left = await waitUntilGone(world, wanted, family, waitMs, call);
    if (left.kind === 'given-up') return unknown('GivenUp', `process group ${wanted.pid} was still ending`);
    family = left.family;
  }
  return family.length === 0
    ? undefined
    : unknown('StillRunning', `process group ${wanted.pid} outlived SIGKILL by ${killWaitMs} ms`);
}

type Left = { readonly kind: 'left'; readonly family: readonly ProcessSight[] } | { readonly kind: 'given-up' };

/** Looks at the known ones often, and anew for all of them when those are gone: they may have started others meanwhile. */
async function waitUntilGone(
  { clock, table }: World,
  wanted: ProcessIdentity,
  first: readonly ProcessSight[],
  waitMs: number,
  call: ReadCall,
): Promise<Left> {
  const untilMonoMs = clock.monoMs() + waitMs;
  const never = new AbortController().signal;
  let family = first;
  for (;;) {
    if (!family.some((each) => isThere(table, each))) family = findFamily(table, wanted, []);
    if (family.length === 0) return { kind: 'left', family };
    if (call.signal.aborted || clock.monoMs() >= call.deadlineAtMonoMs) return { kind: 'given-up' };
    if (clock.monoMs() >= untilMonoMs) return { kind: 'left', family: findFamily(table, wanted, family) };
    await clock.sleep(pollMs, never);
  }
}

function isThere(table: ProcessTable, { pid, start }: ProcessSight): boolean {
  return table.look(pid)?.start === start;
}

/** The group in one signal, so that nobody in it is missed; those that left the group one by one. Undefined: all were told. */
export function signalFamily(
  table: ProcessTable,
  wanted: ProcessIdentity,
  family: readonly ProcessSight[],
  signal: NodeJS.Signals,
): ProviderError | undefined {
  const there = family.filter((each) => isThere(table, each));
  const isGroupOurs = there.some(({ group }) => group === wanted.pid);
  const outside = there.filter(({ group }) => group !== wanted.pid).map(({ pid }) => pid);
  for (const target of [...(isGroupOurs ? [-wanted.pid] : []), ...outside]) {
    const error = send(target, signal);
    if (error !== undefined) return error;
  }
  return undefined;
}

function send(target: number, signal: NodeJS.Signals): ProviderError | undefined {
  try {
    process.kill(target, signal);
    return undefined;
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    return isGone ? undefined : unknown('SignalFailed', messageOf(error));
  }
}

function unknown(code: string, message: string): ProviderError {
  return { class: 'unknown', code, message };
}
