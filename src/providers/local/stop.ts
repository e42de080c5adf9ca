/** Ends a replica's whole process group: politely, then for good, and looks that nothing is left. */
import { messageOf } from '../../errors.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { isAnyoneLeft, isSameProcess, type ProcessIdentity } from './identity.ts';

const pollMs = 20;
/** After SIGKILL the kernel needs a moment, or a disk holds the process in an uninterruptible wait. */
const killWaitMs = 5000;

/** Undefined when the group is gone. Signals nobody whose identity is not certain. */
export async function stopProcess(
  clock: Clock,
  wanted: ProcessIdentity,
  graceMs: number,
): Promise<ProviderError | undefined> {
  const isOurs = isSameProcess(wanted);
  if (isOurs === 'unknown') return unknown('IdentityUnknown', `process ${wanted.pid} may not be looked at`);
  // The leader may be gone and its children not: they carry its token, and the group still bears its number.
  if (isOurs === 'no' && !isAnyoneLeft(wanted)) return undefined;
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', killWaitMs],
  ] as const) {
    const error = send(wanted.pid, signal);
    if (error !== undefined) return error;
    if (await isGoneWithin(clock, wanted, waitMs)) return undefined;
  }
  return unknown('StillRunning', `process group ${wanted.pid} outlived SIGKILL by ${killWaitMs} ms`);
}

async function isGoneWithin(clock: Clock, wanted: ProcessIdentity, waitMs: number): Promise<boolean> {
  const deadlineMonoMs = clock.monoMs() + waitMs;
  const never = new AbortController().signal;
  while (isAnyoneLeft(wanted)) {
    if (clock.monoMs() >= deadlineMonoMs) return false;
    await clock.sleep(pollMs, never);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): ProviderError | undefined {
  try {
    process.kill(-pid, signal);
    return undefined;
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    return isGone ? undefined : unknown('SignalFailed', messageOf(error));
  }
}

function unknown(code: string, message: string): ProviderError {
  return { class: 'unknown', code, message };
}
