/** Undoes what a drill did to a site itself, from what was kept of it alone: also for whoever did not do it. */
import type { Answer } from '../../model/outcome.ts';
import type { Remains } from '../../model/remains.ts';
import { type Deed, deedOfAll, type InflictDeps } from './deed.ts';
import { runProgram } from './inflict-exec.ts';
import { listAt, tellAll } from './inflict-replicas.ts';

/** How long what hangs is told again to go on, in milliseconds. */
const undoWithinMs = 15_000;
const undoPauseMs = 250;

/**
 * Again changes nothing, but for a program, which is run again. `done`: whoever did it has seen that it is so. Needs neither lease
 * nor gateway nor store, and nothing cuts it short.
 */
export async function undoRemains(deps: InflictDeps, remains: Remains): Promise<Deed> {
  switch (remains.kind) {
    case 'hang':
      return await resumeAll(deps, remains);
    case 'exec':
      return await runProgram(deps, remains.undo, remains.env);
    case 'kill':
      return { state: 'done', detail: `nothing to undo: what was killed at ${remains.site} is started anew` };
  }
}

async function resumeAll(deps: InflictDeps, { site, replicas }: Extract<Remains, { kind: 'hang' }>): Promise<Deed> {
  const { clock } = deps;
  const untilMonoMs = clock.monoMs() + undoWithinMs;
  for (;;) {
    const end = deedOfAll(await tellAll(deps, site, replicas, { how: 'resume', words: 'goes on' }));
    if (end.state === 'done' || clock.monoMs() >= untilMonoMs) return end;
    await clock.sleep(undoPauseMs, new AbortController().signal);
  }
}

/** After its undo: whether what comes back by itself has, by its provider's word. Of what its undo has seen to already: yes. */
export async function isWhole(deps: InflictDeps, remains: Remains): Promise<Answer> {
  if (remains.kind !== 'kill') return 'yes';
  const seen = await listAt(deps, remains.site, remains.deployment);
  if (seen.kind === 'unknown') return 'unknown';
  const running = seen.value.filter(({ state }) => state === 'running').map(({ slot }) => slot);
  return remains.slots.every((slot) => running.includes(slot)) ? 'yes' : 'no';
}
