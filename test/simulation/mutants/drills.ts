/** Faults in what a drill leaves behind: what it broke, the weights, the replicas, and people's moves under it. */
import type { Mutant } from './mutant.ts';

const run = 'src/engine/drill/run.ts';
const turn = 'src/engine/drill/turn.ts';
const faults = 'src/engine/drill/faults.ts';
const restore = 'src/engine/drill/restore.ts';
const takeOver = 'src/engine/drill/take-over.ts';
const undo = 'src/core/plan/undo.ts';

export const drillMutants: readonly Mutant[] = [
  {
    name: 'drill-undone-only-at-its-end',
    file: run,
    find: "  const undo = await undoAll(rehearsal, siteFaults, stop?.why ?? 'the drill is over');",
    replace: "  const undo = stop ? 'not-needed' : await undoAll(rehearsal, siteFaults, 'the drill is over');",
    breaks: ['I33'],
    why: 'whoever presses Ctrl-C is let go at once, and the fault stands until its time is over',
  },
  {
    name: 'drill-undo-is-not-read-back',
    file: faults,
    find: "    if (seen.kind === 'seen' && !seen.value.inForce.some((each) => each.run === run)) return 'verified';",
    replace: "    if (seen.kind !== undefined) return 'verified';",
    breaks: ['I33'],
    why: 'an undo that was sent is called verified',
  },
  {
    name: 'drill-goes-on-after-ctrl-c',
    file: turn,
    find: "  if (signal.aborted) return { why: 'interrupted' };\n",
    replace: '',
    breaks: ['I33'],
    why: 'the signal ends the pause between two looks and nothing else',
  },
  {
    name: 'drill-fault-stands-for-a-minute',
    file: faults,
    find: 'const standsForMs = 10_000;',
    replace: 'const standsForMs = 60_000;',
    breaks: ['I33'],
    why: 'armed anew less often, and whoever dies leaves it behind for that long',
  },
  {
    name: 'drill-weights-given-back-only-at-its-end',
    file: restore,
    find: '  if (drill.recovery.failback) {',
    replace: '  if (drill.recovery.failback && stop === undefined) {',
    breaks: ['I33'],
    why: 'only a drill that came to its end gives the traffic back',
  },
  {
    name: 'drill-gives-back-what-a-person-moved',
    file: 'src/engine/drill/return.ts',
    find: '  const taken = await lookForTaker(rehearsal);',
    replace: "  const taken = { kind: 'seen', value: undefined, error: { message: '' } };",
    breaks: ['I33'],
    why: 'the weights from before are put back over those that somebody asked for meanwhile',
  },
  {
    name: 'drill-failover-not-acknowledged',
    file: 'src/engine/drill/return.ts',
    find: "  await say(deps, { kind: 'set', deployment: drill.deployment, standing });\n",
    replace: '',
    breaks: ['I33'],
    why: 'what was rehearsed counts against what really happens next',
  },
  {
    name: 'dead-drill-gives-nothing-back',
    file: takeOver,
    find: '    await restore(rehearsal, { before, stop });\n',
    replace: '',
    breaks: ['I33'],
    why: 'whoever takes over undoes what was broken and leaves the traffic where automation brought it',
  },
  {
    name: 'dead-drill-gives-back-at-once',
    file: takeOver,
    find: '    await deps.clock.sleep(lateForMs(rehearsal), new AbortController().signal);\n',
    replace: '',
    breaks: ['I33'],
    why: 'nothing has moved yet, so there is nothing to give back; a moment later automation moves',
  },
  {
    name: 'drill-forgets-what-it-hung',
    file: 'src/engine/drill/inflict-replicas.ts',
    find: '    await keep(remainsOf(aim, replicas));',
    replace: '    void remainsOf(aim, replicas);',
    breaks: ['I33'],
    why: 'what is not kept before it is done is undone by nobody',
  },
  {
    name: 'drill-hung-is-not-told-to-go-on',
    file: 'src/engine/drill/undo-remains.ts',
    find: '      return await resumeAll(deps, remains);',
    replace: "      return { state: 'done', detail: 'nothing to undo' };",
    breaks: ['I33'],
    why: 'a replica that hangs is taken for one that is started anew, as after a kill',
  },
  {
    name: 'drill-passes-with-a-hole',
    file: 'src/core/drill/evaluate.ts',
    find: 'longestGapMs = 3500;',
    replace: 'longestGapMs = 35_000;',
    breaks: ['I33'],
    why: 'seconds in which nobody looked are taken for good ones',
  },
  {
    name: 'drill-passes-without-its-fault',
    file: 'src/core/drill/conclude.ts',
    find: '  if (missed.length > 0) return ',
    replace: '  if (missed.length > 99) return ',
    breaks: ['I33'],
    why: 'a fault that was never in force proves that the site can be lost',
  },
  {
    name: 'move-under-a-drill',
    file: undo,
    find: "  if (trigger !== 'manual' || yields === true || (first === undefined && mayBeDrilled !== true)) return [];",
    replace: '  return [];',
    breaks: ['I13'],
    why: 'the drill finds out by itself that somebody moves, a second later',
  },
  {
    name: 'move-where-no-drill-was-seen',
    file: undo,
    find: '(first === undefined && mayBeDrilled !== true)',
    replace: '(first === undefined)',
    breaks: ['I13'],
    why: 'a look that failed is a look that showed nothing',
  },
  {
    name: 'undo-is-always-reached',
    file: 'src/core/plan/reached.ts',
    find: "      return seen.faults.kind === 'unknown' ? 'unknown' : answer(seen.faults.value.length === 0);",
    replace: "      return 'yes';",
    breaks: ['I13'],
    why: 'the gateway was told, so it has done it',
  },
];
