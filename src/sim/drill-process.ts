/** Processes that run drills as the program would, and those that undo one when its own has died. */
import { recount } from '../core/drill/recount.ts';
import type { Guard } from '../engine/drill/rehearsal.ts';
import { runDrill } from '../engine/drill/run.ts';
import { takeOver } from '../engine/drill/take-over.ts';
import type { Drill, PlannedFault } from '../model/drill.ts';
import type { DrillRun } from '../model/drill-run.ts';
import type { Expression } from '../model/expression.ts';
import type { DrillRecords } from '../ports/drill-records.ts';
import { openMemoryDrillRecords } from '../store/memory-drill-records.ts';
import { deploymentOf } from './desk.ts';
import type { PlannedDrill } from './drills.ts';
import type { Host } from './host.ts';
import type { Incarnation } from './incarnation.ts';
import type { DrillBook } from './oracle-drill.ts';
import type { World } from './world.ts';

/** Until another process watches, and until one that watches has seen that the drill's own is gone, in milliseconds. */
const guardMs = 50;
/** Until somebody undoes it by hand, when whoever watched has died too or could not; milliseconds. */
const byHandMs = 5000;

/** Where drills are begun, and where those that lost their process there are undone. */
export interface DrillDesk extends Host {
  readonly guard: Host;
  /** The end of the last one is not known yet. */
  isTaken: boolean;
}

const hypothesis: Expression = {
  ...{ kind: 'comparison', text: 'recoveryTime <= 60s', signal: 'recoveryTime', comparator: '<=', value: 60_000 },
};

/** Begins a process that runs the drill. */
export function holdAt(world: World, drills: DrillBook, desk: DrillDesk, planned: PlannedDrill): void {
  const { schedule } = world;
  const { interruptAfterMs, killAfterMs, faults } = planned;
  /** Of whoever watches: the run that it answers for. */
  let watched: string | undefined;
  const over = (run: DrillRun | undefined): void => {
    life.isAlive = false;
    desk.isTaken = false;
    drills.end(life, run);
  };
  const { life, deps, stop } = world.enter(
    desk,
    () => {
      drills.died(life);
      if (watched === undefined) return over(undefined);
      undoAt(world, drills, { guard: desk.guard, run: watched, from: life, over });
    },
    'person',
  );
  desk.isTaken = true;
  if (interruptAfterMs !== undefined)
    schedule.after(interruptAfterMs, () =>
      life.deliver(() => {
        stop.abort();
        drills.interrupt(life);
      }),
    );
  if (killAfterMs !== undefined) schedule.after(killAfterMs, () => life.kill());
  drills.begin(life, faults);
  const guard = (run: string): Promise<Guard> =>
    life.point((answered) => {
      watched = run;
      schedule.after(guardMs, () => answered({ release: () => (watched = undefined) }));
    });
  const terms = { reason: 'simulated', version: 'simulated', say: () => undefined };
  runDrill(deps, drillOf(world, faults), { ...terms, guard, records: recordsOf(world, life) }, stop.signal).then(
    over,
    // Whoever cannot put it on record has done nothing.
    () => over(undefined),
  );
}

interface Undoing {
  readonly guard: Host;
  readonly run: string;
  /** Whoever had it before. */
  readonly from: Incarnation;
  readonly over: (run: DrillRun | undefined) => void;
}

/** What the process that watches does, and after it whoever types it: again, until it is done. */
function undoAt(world: World, drills: DrillBook, undoing: Undoing, waitMs = guardMs): void {
  const { guard, run, over } = undoing;
  world.schedule.after(waitMs, () => {
    const again = (): void => undoAt(world, drills, { ...undoing, from: life }, byHandMs);
    const { life, deps } = world.enter(guard, again, 'person');
    drills.takeOver(undoing.from, life);
    const records = recordsOf(world, life);
    const undone = async (): Promise<DrillRun> => {
      const ended = await takeOver(deps, run, { records, because: 'its runner died', say: () => undefined });
      return ended ?? recount((await records.read(run))?.entries ?? []);
    };
    undone().then(
      (ended) => {
        life.isAlive = false;
        over(ended);
      },
      () => {
        life.isAlive = false;
        again();
      },
    );
  });
}

/** As one process has them: each call is a point at which it may die, and what is on its way to the disk lands. */
function recordsOf(world: World, life: Incarnation): DrillRecords {
  const records = openMemoryDrillRecords(world.drillShelf);
  const through = <T>(work: () => Promise<T>): Promise<T> =>
    life.point((answered, failed) => world.atDisk(() => void work().then(answered, failed)));
  return {
    append(run, drafts) {
      for (const { body } of drafts) world.drills?.noteWritten(life, body);
      return through(() => records.append(run, drafts));
    },
    read: (run) => through(() => records.read(run)),
    list: () => through(() => records.list()),
    folderOf: (run) => records.folderOf(run),
  };
}

function drillOf(world: World, faults: readonly PlannedFault[]): Drill {
  return {
    ...{ name: 'simulated', title: undefined, deployment: deploymentOf(world).name, kind: 'live', faults },
    hypothesis: [hypothesis],
    steadyState: { observeMs: 3000, require: [] },
    ...{ load: { source: 'live-traffic' }, abortIf: [], roles: {} },
    recovery: { failback: true, settleMs: 2000 },
    report: { formats: [], beforeMs: 0, afterMs: 0 },
  };
}
