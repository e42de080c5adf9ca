/** The manners of a run that a scheduler began: quiet, told to whoever watches, and never in the way. */
import type { RebalanceEnd } from '../engine/rebalance/run-rebalance.ts';
import { GodwitError, messageOf } from '../errors.ts';
import type { RebalancePolicy } from '../model/rebalance-policy.ts';
import type { App } from './app.ts';
import { type Exit, exitCodes, exitOfError } from './exit-codes.ts';
import { writeTextfile } from './metrics-textfile.ts';
import type { Output } from './output.ts';
import { changeRatioOf, exitOfEnd, skippedBy } from './rebalance-exit.ts';
import { endLine, staleLine, toldOf } from './rebalance-words.ts';
import { createRunLog, type LogEvent, type RunLog } from './run-log.ts';

/** Runs it between the pings of `rebalance.run`, and leaves its metrics; gives the exit. Only what changed, or went wrong, is told. */
export async function runScheduled(
  { run }: RebalancePolicy,
  { app, out, runId }: { readonly app: App; readonly out: Output; readonly runId: string },
  work: (log: RunLog) => Promise<RebalanceEnd>,
): Promise<{ readonly exit: Exit; readonly end: RebalanceEnd }> {
  const pinger = run.pingUrl === undefined ? undefined : await app.createPinger(run.pingUrl, (line) => out.warn(line));
  // The run does not wait for it.
  void pinger?.start();
  const runLog = createRunLog({
    ...{ path: run.logFile, runId, nowMs: () => app.clock.nowMs(), warn: (line: string) => out.warn(line) },
  });
  const leave = async (exit: Exit, log: string, end: RebalanceEnd | undefined): Promise<void> => {
    const { code } = exitCodes[exit];
    if (run.textfileDir !== undefined) {
      const changeRatio = end === undefined ? undefined : changeRatioOf(end);
      const skipped = end === undefined ? undefined : skippedBy(end);
      const told = { endedAtMs: app.clock.nowMs(), exitCode: code, changeRatio, skipped };
      const written = await writeTextfile(run.textfileDir, told);
      if (written.kind === 'failed') out.warn(`${written.message}: ${written.hint}`);
    }
    runLog.write(endEvent(code, log, end));
    await runLog.written();
    await pinger?.end(code, log);
  };
  try {
    runLog.write({ msg: 'start' });
    const end = await work(runLog);
    const exit = exitOfEnd(end, { isCron: true, lockStaleAfterMs: run.lockStaleAfterMs }, app.interrupted);
    const log = logOf(end, exit, run.lockStaleAfterMs, app.clock.nowMs());
    const hasChanged = end.kind === 'changed' && end.done.length > 0;
    if (hasChanged || (exit !== 'done' && exit !== 'leaseHeld')) out.warn(log);
    await leave(exit, log, end);
    return { exit, end };
  } catch (error) {
    await leave(error instanceof GodwitError ? exitOfError[error.code] : 'failed', messageOf(error), undefined);
    throw error;
  }
}

function endEvent(exit: number, text: string, end: RebalanceEnd | undefined): LogEvent {
  const level = exit === exitCodes.done.code || exit === exitCodes.leaseHeld.code ? 'info' : 'error';
  const reason = end === undefined ? undefined : skippedBy(end);
  if (end !== undefined && reason !== undefined) return { level, msg: 'skip', exit, reason, text };
  if (end?.kind !== 'changed') return { level, msg: 'end', exit, text };
  const { done, left, reasons } = toldOf(end);
  return { level, msg: 'end', exit, done, left, reasons: reasons.map(({ code }) => code), text };
}

function logOf(end: RebalanceEnd, exit: Exit, lockStaleAfterMs: number, nowMs: number): string {
  if (end.kind === 'busy' && exit === 'failed') return staleLine(end.record, lockStaleAfterMs, nowMs);
  const { reasons } = toldOf(end);
  const skipped = end.kind === 'unchanged' && end.plan.outcome.kind === 'skipped' ? end.plan.outcome.reasons : [];
  return [endLine(end), ...[...reasons, ...skipped].map(({ code, message }) => `${message} (${code})`)].join('\n');
}
