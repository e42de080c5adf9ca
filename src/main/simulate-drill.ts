/** A drill in the simulator: its record is kept with the others, and nothing else is touched. */
import { recount } from '../core/drill/recount.ts';
import type { DrillTerms } from '../engine/drill/rehearsal.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillDraft, DrillRun } from '../model/drill-run.ts';
import type { Clock } from '../ports/clock.ts';
import { runFast } from '../sim/drain.ts';
import { simulateDrill, unknownKinds } from '../sim/simulate-drill.ts';
import { openDrillRecords } from '../store/drill-records.ts';
import { createActor } from '../system/actor.ts';
import { createRandom } from '../system/random.ts';
import { inTurn, someOf } from './simulate.ts';

/** The same world every time: whoever changes the configuration sees what that changed. */
const seed = 1;

interface Terms extends Pick<DrillTerms, 'reason' | 'say' | 'slotMs' | 'version'> {
  readonly clock: Clock;
}

/** Throws `UsageInvalid` for a fault that no simulated world knows; the signal ends it without a record. */
export async function runSimulatedDrill(
  config: Config,
  drill: Drill,
  { reason, say, slotMs, version, clock }: Terms,
  signal: AbortSignal,
): Promise<DrillRun> {
  const unknown = unknownKinds(drill);
  if (unknown.length > 0)
    throw new GodwitError('UsageInvalid', `the simulator does not know ${unknown.join(', ')}`, {
      hint: `drills.${drill.name}.kind: live, or another fault; nothing was touched`,
    });
  const id = `dr-${createRandom().id(6)}`;
  const about = { id, by: createActor('person'), reason, configDigest: config.digest, version };
  const begin = { ...about, ...(slotMs === undefined ? {} : { slotMs }) };
  say(`in the simulator, world ${seed}: nothing outside of it is touched`);
  const world = simulateDrill({ config, drill, seed, begin, nowMs: clock.nowMs() });
  let told: readonly DrillDraft[] | undefined;
  while (told === undefined) {
    if (signal.aborted)
      throw new GodwitError('OperationFailed', 'the simulated drill was interrupted; nothing was touched');
    told = await inTurn(() => runFast(someOf(world)));
  }
  const records = openDrillRecords(config.stateDir);
  await records.append(id, told);
  say(`simulated ${Math.round(((told.at(-1)?.atMs ?? 0) - (told[0]?.atMs ?? 0)) / 1000)}s of it`);
  const entries = (await records.read(id))?.entries ?? [];
  return recount(entries);
}
