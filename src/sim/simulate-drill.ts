/** Holds a drill in a simulated world made of somebody's own configuration: the same code, and nothing outside is touched. */
import { conclude } from '../core/drill/conclude.ts';
import { runDrill } from '../engine/drill/run.ts';
import { assert } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Drill } from '../model/drill.ts';
import type { DrillBody, DrillDraft } from '../model/drill-run.ts';
import type { FaultKind } from '../model/fault.ts';
import { openMemoryDrillRecords } from '../store/memory-drill-records.ts';
import { Chaos } from './chaos.ts';
import { simulatedKinds } from './drills.ts';
import type { Host } from './host.ts';
import { seatOperators } from './operators.ts';
import { troublesOf } from './troubles.ts';
import { worldConfig, worldOptions } from './what-if-world.ts';
import { World } from './world.ts';

export interface SimulatedDrill {
  readonly config: Config;
  readonly drill: Drill;
  readonly seed: number;
  /** When virtual time begins, epoch milliseconds. */
  readonly nowMs: number;
  /** As its record is to begin. */
  readonly begin: Omit<Extract<DrillBody, { kind: 'begin' }>, 'kind' | 'drill'>;
}

/** Of one world. */
const mostEvents = 4_000_000;
/** Everything must have come up within this, or the drill says what has not; virtual milliseconds. */
const bootLimitMs = 300_000;
/** Beyond the drill's own times, for the way back; virtual milliseconds. */
const restMs = 900_000;
const lookMs = 500;
const caveat = 'simulated: a hundred requests a second, and none is tried again elsewhere, as a real gateway would';

/** Faults that no simulated world knows. */
export function unknownKinds({ faults }: Drill): readonly FaultKind[] {
  return [...new Set(faults.map(({ kind }) => kind))].filter((kind) => !simulatedKinds.includes(kind));
}

/** The record of it, in virtual time. Yields after every event: whoever runs it lets all microtasks run before it goes on. */
export function* simulateDrill({
  config: given,
  drill,
  seed,
  begin,
  nowMs,
}: SimulatedDrill): Generator<void, readonly DrillDraft[]> {
  const config = worldConfig(given, drill.deployment);
  const [deployment] = config.deployments;
  assert(deployment !== undefined, `the configuration has a deployment ${drill.deployment}`);
  const drillMs = Math.max(0, ...drill.faults.map(({ atMs, forMs }) => atMs + forMs)) + drill.steadyState.observeMs;
  const options = worldOptions(config, deployment, { seed, faults: new Set(), spanMs: drillMs });
  const world = new World({ ...options, drills: { everyMs: 0, interrupted: 0, planned: [] } }, { config });
  world.wallAheadMs = nowMs;
  world.hosts = [{ name: 'controller', life: undefined, lives: 0 }];
  const chaos = new Chaos(world);
  seatOperators(world, () => chaos.isOver);
  yield;
  const { schedule } = world;
  const until = function* (isDone: () => boolean, limitMs: number): Generator<void, void> {
    const endMs = schedule.monoMs + limitMs;
    let isOver = false;
    const look = (): void => {
      isOver = isDone();
      if (!isOver && schedule.monoMs < endMs) schedule.after(lookMs, look);
    };
    look();
    while (!isOver && schedule.monoMs < endMs && schedule.events < mostEvents && schedule.step()) yield;
  };
  yield* until(() => world.gateway.entry !== undefined && troublesOf(world).length === 0, bootLimitMs);
  const told: DrillDraft[] = [];
  const desk: Host = { name: 'drill', life: undefined, lives: 0 };
  world.desks = [...world.desks, desk];
  const { deps, stop } = world.enter(desk, () => undefined, 'person');
  const shelf = openMemoryDrillRecords();
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  const records = {
    ...shelf,
    append: async (run: string, drafts: readonly DrillDraft[]) => {
      told.push(...drafts);
      await shelf.append(run, drafts);
    },
  };
  // Its users ask a hundred times a second, as in every simulated world.
  const live: Drill = { ...drill, kind: 'live', load: { source: 'live-traffic' } };
  const terms = { reason: begin.reason, version: begin.version, records, say: () => undefined };
  runDrill(deps, live, terms, stop.signal).then(over, over);
  yield* until(() => isOver, drillMs + drill.recovery.settleMs + restMs);
  return asTold(told, drill, begin);
}

/** Under the run's own name, with the drill as it is configured, and an end that follows from that. */
function asTold(told: readonly DrillDraft[], drill: Drill, begin: SimulatedDrill['begin']): readonly DrillDraft[] {
  const entries = told.flatMap((draft): readonly DrillDraft[] => {
    if (draft.body.kind !== 'begin') return [draft];
    const note = { kind: 'note', text: caveat, by: undefined } as const;
    return [
      { ...draft, body: { kind: 'begin', ...begin, drill } },
      { ...draft, body: note },
    ];
  });
  return withEnd(entries).map((draft, index): DrillDraft => {
    const { body } = draft;
    if (body.kind !== 'end') return draft;
    return { ...draft, body: { kind: 'end', end: conclude(entries.slice(0, index), body.end) } };
  });
}

/** A world that was left before its end, or a run that broke down in it, is no run that somebody has to undo. */
function withEnd(entries: readonly DrillDraft[]): readonly DrillDraft[] {
  const last = entries.at(-1);
  if (last === undefined || entries.some(({ body }) => body.kind === 'end')) return entries;
  const given = { by: 'runner', cutShort: 'its simulated world came to no end', undo: 'unknown' } as const;
  return [...entries, { ...last, body: { kind: 'end', end: conclude(entries, given) } }];
}
