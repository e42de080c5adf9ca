/** Runs a drill: rehearse the undo, look that all is calm, break something, watch what the controller does, undo, give back. */
import { conclude, nobodyDecided } from '../../core/drill/conclude.ts';
import { headWords } from '../../core/drill/noted-head.ts';
import { recount } from '../../core/drill/recount.ts';
import { messageOf } from '../../errors.ts';
import type { Drill } from '../../model/drill.ts';
import type { DrillRun, Footing, UndoState } from '../../model/drill-run.ts';
import { span } from '../../model/words.ts';
import type { EngineDeps } from '../engine.ts';
import { say } from '../say.ts';
import { freshForMs } from './check.ts';
import { liftAll } from './faults.ts';
import { lateForMs } from './late.ts';
import { leaveVendor } from './leave-vendor.ts';
import { preflight, rehearseAll, steady } from './preflight.ts';
import { createRecorder } from './recorder.ts';
import type { DrillTerms, Guard, Rehearsal } from './rehearsal.ts';
import { restore } from './restore.ts';
import { acknowledge } from './return.ts';
import { createSiteFaults, type SiteFaults } from './site-faults.ts';
import { talkThrough } from './tabletop.ts';
import { inflict, type Stop } from './turn.ts';
import { createWatcher, type Watcher } from './watch-turn.ts';

/**
 * The signal aborts it, and the undo runs all the same. Never rejects for what happens on the way: that is its verdict. The
 * controller is told nothing; what it does it does as it would on a bad day. Throws `StoreFailed` when it cannot be put on record
 * at all: then nothing was done.
 */
export async function runDrill(
  deps: EngineDeps,
  drill: Drill,
  terms: DrillTerms,
  signal: AbortSignal,
): Promise<DrillRun> {
  const id = `dr-${deps.random.id(6)}`;
  const rehearsal: Rehearsal = {
    ...{ deps, id, drill, beganAtMs: deps.clock.nowMs(), recorder: createRecorder(terms.records, id, deps.clock) },
    ...{ samples: [], loadSeconds: [], faultAtMs: undefined, isUp: false, load: undefined },
    ...{ intended: new Set(), inflicted: new Set(), undone: new Set(), remains: new Map() },
    say: (line) => terms.say(line),
  };
  const { reason, version, slotMs } = terms;
  const about = { id, drill, by: deps.actor, reason, configDigest: deps.config.digest, version };
  await rehearsal.recorder.write({ kind: 'begin', ...about, ...(slotMs === undefined ? {} : { slotMs }) });
  if (drill.kind === 'tabletop') {
    const stop = await talkThrough(rehearsal).then(
      () => undefined,
      (thrown: unknown): Stop => ({ why: messageOf(thrown) }),
    );
    return await close(rehearsal, terms, { undo: 'not-needed', stop, hasBegun: true });
  }
  const watcher = createWatcher(rehearsal);
  const siteFaults = createSiteFaults(rehearsal);
  let before: Footing | undefined;
  let stop: Stop | undefined;
  let guard: Guard | undefined;
  try {
    guard = await terms.guard?.(id);
    before = await preflight(rehearsal, terms, signal);
    if (before !== undefined) {
      await note(rehearsal, `drill ${id} (${drill.name}) begins${reason === undefined ? '' : `: ${reason}`}`);
      stop =
        (await rehearseAll(rehearsal, siteFaults, signal)) ??
        (await startLoad(rehearsal, terms)) ??
        (await steady(rehearsal, watcher, signal)) ??
        (drill.kind === 'provider-exit'
          ? await leaveVendor(rehearsal, watcher, signal)
          : await inflict(rehearsal, watcher, siteFaults, signal));
    }
  } catch (thrown) {
    // Whatever it was: what is broken must be made whole first.
    stop = { why: messageOf(thrown) };
  }
  if (stop !== undefined) rehearsal.say(`ends before its time: ${stop.why}`);
  const undo = await undoAll(rehearsal, siteFaults, stop?.why ?? 'the drill is over');
  if (before !== undefined) await afterwards(rehearsal, watcher, { before, stop });
  const run = await close(rehearsal, terms, { undo, stop, hasBegun: before !== undefined });
  guard?.release();
  return run;
}

async function startLoad(rehearsal: Rehearsal, terms: DrillTerms): Promise<Stop | undefined> {
  const { drill } = rehearsal;
  const { load } = drill;
  if (load.source === 'live-traffic') return undefined;
  if (terms.startLoad === undefined) return { why: 'this process cannot generate a load' };
  rehearsal.load = await terms.startLoad(load, drill);
  return undefined;
}

const undoText: Readonly<Record<Exclude<UndoState, 'not-needed'>, string>> = {
  verified: 'undone, read back where it was done',
  unknown: 'NOT known to be undone: what the gateway does ends by itself within 10s',
};

/** Both ways at once: neither waits for the other. */
async function undoAll(rehearsal: Rehearsal, siteFaults: SiteFaults, because: string): Promise<UndoState> {
  const { recorder, isUp, faultAtMs } = rehearsal;
  // Told first, and not waited for: a disk that hangs keeps nothing broken.
  const told = recorder.tell({ kind: 'stage', stage: 'undo' });
  const [lifted, restored] = await Promise.all([
    isUp ? liftAll(rehearsal, because) : ('not-needed' as const),
    siteFaults.undoAll(),
    told,
  ]);
  if (faultAtMs === undefined) return 'not-needed';
  const undo = [lifted, restored].includes('unknown') ? 'unknown' : 'verified';
  rehearsal.say(undoText[undo]);
  const state = undo === 'verified' ? 'done' : 'unknown';
  for (const fault of rehearsal.intended)
    if (!rehearsal.undone.has(fault))
      await recorder.tell({ kind: 'action', what: 'undo', fault, state, detail: undoText[undo] });
  return undo;
}

async function afterwards(
  rehearsal: Rehearsal,
  watcher: Watcher,
  { before, stop }: { readonly before: Footing; readonly stop: Stop | undefined },
): Promise<void> {
  const { faultAtMs, drill, recorder, deps } = rehearsal;
  if (faultAtMs !== undefined) {
    // What really happens now is not held back; what is opened late is acknowledged when all goes back.
    await acknowledge(rehearsal).catch(() => undefined);
    // What the controller began may come to its end, and requests be counted that still run.
    const untilMonoMs = deps.clock.monoMs() + lateForMs(rehearsal);
    await calmly(rehearsal, watcher, () => deps.clock.monoMs() >= untilMonoMs);
    if (stop === undefined) await tellWhetherLed(rehearsal, watcher);
    let isRestored = false;
    const restored = restore(rehearsal, { before, stop }).finally(() => {
      isRestored = true;
    });
    // What goes back is looked at as well.
    await Promise.all([restored, calmly(rehearsal, watcher, () => isRestored)]);
    await recorder.tell({ kind: 'stage', stage: 'settle' });
    const settledMonoMs = deps.clock.monoMs() + drill.recovery.settleMs;
    if (stop === undefined) await calmly(rehearsal, watcher, () => deps.clock.monoMs() >= settledMonoMs);
  }
  const rest = (await rehearsal.load?.stop()) ?? [];
  if (rest.length > 0) await recorder.tell(...rest.map((second) => ({ kind: 'load', second }) as const));
  // What the journal has of the last second. What cannot be written is kept, and written with the end.
  await watcher.look().catch(() => undefined);
}

/** How long a look of the controller is waited for of which nothing is known, in milliseconds. */
const unseenMs = 30_000;

/** Whether a controller lived to see the end of the fault: one that does looks again soon. */
async function tellWhetherLed(rehearsal: Rehearsal, watcher: Watcher): Promise<void> {
  const { deps, drill, recorder } = rehearsal;
  const beganMs = deps.clock.nowMs();
  const beganMonoMs = deps.clock.monoMs();
  let patienceMs = unseenMs;
  let lastMs: number | undefined;
  let unread: string | undefined;
  await calmly(rehearsal, watcher, async () => {
    try {
      const snapshot = await deps.store.snapshots.get(drill.deployment);
      unread = undefined;
      lastMs = snapshot?.atMs ?? lastMs;
      if (snapshot !== undefined) patienceMs = freshForMs(snapshot.view);
    } catch (thrown) {
      unread = messageOf(thrown);
    }
    return (lastMs !== undefined && lastMs >= beganMs) || deps.clock.monoMs() - beganMonoMs >= patienceMs;
  });
  if (lastMs !== undefined && lastMs >= beganMs) return;
  const seen =
    lastMs === undefined ? 'no decision is seen' : `the last decision is ${span(beganMs - lastMs)} older than its end`;
  // A store that cannot be read says nothing against the controller.
  const holds = unread === undefined ? 'no' : 'unknown';
  await recorder.tell({ kind: 'check', what: nobodyDecided, holds, detail: unread ?? seen });
}

/** Looks on until then, whatever the disk says. */
async function calmly({ deps }: Rehearsal, watcher: Watcher, isOver: () => boolean | Promise<boolean>): Promise<void> {
  const calm = new AbortController().signal;
  while (!(await isOver()))
    await watcher.tick(calm).catch(async () => {
      // What could not be written is kept, and written with the next.
      await deps.clock.sleep(100, calm);
    });
}

/** The record's end, and where the journal says that it ends so. */
async function close(
  rehearsal: Rehearsal,
  { records }: DrillTerms,
  { undo, stop, hasBegun }: { readonly undo: UndoState; readonly stop: Stop | undefined; readonly hasBegun: boolean },
): Promise<DrillRun> {
  const { recorder, id, drill } = rehearsal;
  const end = conclude(recorder.drafts, { by: 'runner', cutShort: stop?.why, undo });
  const trouble: string[] = [];
  const unwritten = await recorder.tell({ kind: 'end', end });
  if (unwritten !== undefined) trouble.push(unwritten);
  try {
    const head = unwritten === undefined ? (await records.read(id))?.entries.at(-1) : undefined;
    const fault = undo === 'verified' ? 'fault undone' : undo === 'unknown' ? 'undo not seen' : 'nothing broken';
    const left = end.because.length > 0 ? `: ${end.because.join('; ')}` : '';
    const words = `drill ${id} (${drill.name}) ${end.verdict}; ${fault}${left}`;
    if (hasBegun) await note(rehearsal, head === undefined ? words : `${words}; ${headWords(id, head)}`);
  } catch (thrown) {
    trouble.push(`its end is not in the journal: ${messageOf(thrown)}`);
  }
  const run = recount(recorder.drafts.map((draft, index) => ({ ...draft, seq: index + 1, hash: '' })));
  return { ...run, end: { ...run.end, because: [...run.end.because, ...trouble] } };
}

/** What was done to the traffic stands in the record of what else was done. */
async function note({ deps, drill }: Rehearsal, text: string): Promise<void> {
  await say(deps, { kind: 'note', deployment: drill.deployment, text });
}
