/** Faults in what a drill leaves behind: what it broke, the weights, the replicas, and people's moves under it. */
import { lines, type Mutant } from './mutant.ts';

const run = 'src/engine/drill/run.ts';
const faults = 'src/engine/drill/faults.ts';
const back = 'src/engine/drill/return.ts';

export const drillMutants: readonly Mutant[] = [
  {
    name: 'drill-undone-only-at-its-end',
    file: run,
    find: '  const undo = rehearsal.isUp ? await',
    replace: '  const undo = rehearsal.isUp && end === undefined ? await',
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
    name: 'drill-weights-not-given-back',
    file: run,
    find: '  const isOurs = end?.isTaken !== true && faultAtMs !== undefined;',
    replace: '  const isOurs = end === undefined && faultAtMs !== undefined;',
    breaks: ['I33'],
    why: 'only a drill that came to its end gives the traffic back',
  },
  {
    name: 'drill-gives-back-what-a-person-moved',
    file: run,
    find: '  const isOurs = end?.isTaken !== true && faultAtMs !== undefined;',
    replace: '  const isOurs = faultAtMs !== undefined;',
    breaks: ['I33'],
    why: 'the weights from before are put back over those that somebody asked for meanwhile',
  },
  {
    name: 'drill-goes-on-after-ctrl-c',
    file: run,
    find: "  if (signal.aborted) return { why: 'interrupted' };",
    replace: '',
    breaks: ['I33'],
    why: 'the signal ends the pause between two looks and nothing else',
  },
  {
    name: 'drill-failover-not-acknowledged',
    file: run,
    find: lines(
      "    ...(faultAtMs === undefined ? [] : await troubleOf('the failover is not acknowledged', acknowledge(rehearsal))),",
    ),
    replace: '',
    breaks: ['I33'],
    why: 'what was rehearsed counts against what really happens next',
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
    name: 'move-under-a-drill',
    file: 'src/core/plan/undo.ts',
    find: "  if (trigger !== 'manual' || (first === undefined && !mayBeDrilled)) return [];",
    replace: '  return [];',
    breaks: ['I13'],
    why: 'the drill finds out by itself that somebody moves, a second later',
  },
  {
    name: 'move-where-no-drill-was-seen',
    file: 'src/core/plan/undo.ts',
    find: '(first === undefined && !mayBeDrilled)',
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
