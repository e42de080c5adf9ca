/** People who hold drills: they break a site on purpose, press Ctrl-C at any moment, or lose their terminal. */
import { runDrill } from '../engine/drill/run.ts';
import type { Drill, PlannedFault } from '../model/drill.ts';
import type { Expression } from '../model/expression.ts';
import type { FaultKind } from '../model/fault.ts';
import type { DrillRecords } from '../ports/drill-records.ts';
import type { Random } from '../ports/random.ts';
import { openMemoryDrillRecords } from '../store/memory-drill-records.ts';
import { deploymentOf, isBusy } from './desk.ts';
import type { Incarnation } from './incarnation.ts';
import { oneOf } from './strikes.ts';
import type { Host, World } from './world.ts';

/** Of a world: how often somebody begins one, and which ones are begun at set moments. */
export interface DrillOptions {
  /** Mean virtual milliseconds between two; 0: never. */
  readonly everyMs: number;
  /** Share of the calls of whoever runs one in which that process dies or stands still, 0–1. */
  readonly interrupted: number;
  readonly planned: readonly PlannedDrill[];
}

export interface PlannedDrill {
  /** Virtual milliseconds. */
  readonly atMs: number;
  readonly faults: readonly PlannedFault[];
  /** Milliseconds until Ctrl-C, and until the process is gone; absent: never. */
  readonly interruptAfterMs?: number | undefined;
  readonly killAfterMs?: number | undefined;
}

/** `blackhole` comes most often, as it does with people. */
const kinds: readonly FaultKind[] = [
  ...(['blackhole', 'blackhole', 'blackhole', 'errors', 'slow-first-token', 'vantage-blind'] as const),
  ...(['kill', 'hang'] as const),
  ...(['provider-down', 'provider-throttled', 'credentials-expired', 'capacity-denied'] as const),
];
const longestForMs = 20_000;

const hypothesis: Expression = {
  ...{ kind: 'comparison', text: 'recoveryTime <= 60s', signal: 'recoveryTime', comparator: '<=', value: 60_000 },
};

/** `isOver`: nobody begins one any more. */
export function seatDrills(world: World, isOver: () => boolean): void {
  const { drills } = world.options;
  if (drills === undefined) return;
  const { interrupted } = drills;
  const [one, other] = ['drill-1', 'drill-2'].map((name): Host => ({ name, life: undefined, lives: 0, interrupted }));
  if (one === undefined || other === undefined) return;
  world.desks = [...world.desks, one, other];
  for (const planned of drills.planned)
    world.schedule.after(planned.atMs - world.schedule.monoMs, () => holdAt(world, one, planned));
  if (drills.everyMs === 0) return;
  const pace = world.seeds.stream('pace/drill');
  const dice = world.chance.dice('drill');
  const next = (): void => {
    world.schedule.after(-Math.log(1 - pace.next()) * drills.everyMs, () => {
      if (isOver()) return;
      const strike = dice.roll([['drill', 1]]);
      if (strike !== undefined) begin(world, [one, other], strike.details);
      next();
    });
  };
  next();
}

/** Sometimes two of them at once. */
function begin(world: World, [one, other]: readonly [Host, Host], random: Random): void {
  if (!isBusy(one)) holdAt(world, one, draw(world, random));
  if (random.next() < 0.2 && !isBusy(other)) holdAt(world, other, draw(world, random));
}

function draw(world: World, random: Random): PlannedDrill {
  const faults = [drawFault(world, random), ...(random.next() < 0.3 ? [drawFault(world, random)] : [])];
  return {
    atMs: world.schedule.monoMs,
    faults: faults.toSorted((a, b) => a.atMs - b.atMs),
    interruptAfterMs: random.next() < 0.4 ? random.next() * 30_000 : undefined,
    killAfterMs: random.next() < 0.2 ? random.next() * 30_000 : undefined,
  };
}

/** Mostly of a site with traffic: of another one nothing could be learnt. */
function drawFault({ gateway, clouds }: World, random: Random): PlannedFault {
  const weights = gateway.entry?.weights ?? {};
  const active = Object.keys(weights).filter((site) => (weights[site] ?? 0) > 0);
  const sites = random.next() < 0.9 && active.length > 0 ? active : [...clouds.keys()];
  return {
    kind: oneOf(kinds, random.next()) ?? 'blackhole',
    site: oneOf(sites, random.next()) ?? '',
    sharePct: random.next() < 0.7 ? 100 : 1 + Math.floor(random.next() * 99),
    atMs: Math.round(random.next() * 3000),
    forMs: Math.round(2000 + random.next() * longestForMs),
    delayMs: 5000,
  };
}

/** Begins a process that runs the drill as the program would. */
export function holdAt(world: World, desk: Host, planned: PlannedDrill): void {
  const { schedule, drills } = world;
  const { interruptAfterMs, killAfterMs, faults } = planned;
  const { life, deps, stop } = world.enter(desk, () => drills?.end(life, undefined), 'person');
  if (interruptAfterMs !== undefined) schedule.after(interruptAfterMs, () => interrupt(world, life, stop));
  if (killAfterMs !== undefined) schedule.after(killAfterMs, () => life.kill());
  drills?.begin(life, faults);
  const terms = { reason: 'simulated', version: 'simulated', records: recordsOf(world, life), say: () => undefined };
  runDrill(deps, drillOf(world, faults), terms, stop.signal).then(
    (run) => {
      life.isAlive = false;
      drills?.end(life, run);
    },
    (thrown: unknown) => {
      life.isAlive = false;
      drills?.fail(life, thrown);
    },
  );
}

/** As one process has them: each call is a point at which it may die, and what is on its way to the disk lands. */
function recordsOf(world: World, life: Incarnation): DrillRecords {
  const records = openMemoryDrillRecords(world.drillShelf);
  const through = <T>(work: () => Promise<T>): Promise<T> =>
    life.point((answered, failed) => world.atDisk(() => void work().then(answered, failed)));
  return {
    append: (run, drafts) => through(() => records.append(run, drafts)),
    read: (run) => through(() => records.read(run)),
    list: () => through(() => records.list()),
    folderOf: (run) => records.folderOf(run),
  };
}

function interrupt(world: World, life: Incarnation, stop: AbortController): void {
  life.deliver(() => {
    stop.abort();
    world.drills?.interrupt(life);
  });
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
