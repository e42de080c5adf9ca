/** Breaks something with a program of the user's own. */
import { messageOf } from '../../errors.ts';
import { type Deed, deed, type InflictDeps, type Inflicted, type KeepRemains } from './deed.ts';

/** A program's own time, and how much longer its end is waited for, in milliseconds. */
const runForMs = 30_000;
const endWithinMs = 5000;

const nobody = 'this process runs no programs for drills';

/** Both files are looked at, none is run. Undefined: they may be; otherwise why not. */
export async function rehearseExec({ exec }: InflictDeps, { fault }: Inflicted): Promise<string | undefined> {
  if (exec === undefined || fault.exec === undefined) return nobody;
  for (const argv of [fault.exec.run, fault.exec.undo]) {
    const reply = await exec.check(argv);
    if (reply.kind !== 'done') return reply.error.message;
  }
  return undefined;
}

/** Whatever comes of it, its undo is to be run: what failed may have done half of it. */
export async function inflictExec(
  deps: InflictDeps,
  { run, drill, fault }: Inflicted,
  keep: KeepRemains,
  signal: AbortSignal,
): Promise<Deed> {
  const { site, exec: pair } = fault;
  if (pair === undefined) return { state: 'refused', detail: nobody };
  if (signal.aborted) return { state: 'refused', detail: 'given up before anything was done' };
  const env = {
    ...{ GODWIT_DRILL: drill.name, GODWIT_RUN: run, GODWIT_SITE: site, GODWIT_DEPLOYMENT: drill.deployment },
  };
  try {
    await keep({ kind: 'exec', site, undo: pair.undo, env });
  } catch (error) {
    return { state: 'refused', detail: `what would have to be undone could not be kept: ${messageOf(error)}` };
  }
  return await runProgram(deps, pair.run, env, signal);
}

/** With what the drill is called and where it is, in its environment. */
export async function runProgram(
  deps: InflictDeps,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Deed> {
  const { exec } = deps;
  if (exec === undefined) return { state: 'refused', detail: nobody };
  const terms = { timeoutMs: runForMs + endWithinMs, words: `${argv[0] ?? ''} ended well`, ...(signal && { signal }) };
  return await deed(deps, terms, (call) => exec.run(argv, { timeoutMs: runForMs, env }, call));
}
