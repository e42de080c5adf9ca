/** People who hold drills: they break a site on purpose, press Ctrl-C at any moment, or lose their terminal. */
import type { PlannedFault } from '../model/drill.ts';
import type { FaultKind } from '../model/fault.ts';
import type { Random } from '../ports/random.ts';
import { type DrillDesk, holdAt } from './drill-process.ts';
import type { Host } from './host.ts';
import type { LinkFaults } from './link.ts';
import { oneOf } from './strikes.ts';
import type { World } from './world.ts';

/** Of a world: how often somebody begins one, and which ones are begun at set moments. */
export interface DrillOptions {
  /** Mean virtual milliseconds between two; 0: never. */
  readonly everyMs: number;
  /** Share of the calls of whoever runs one in which that process dies or stands still, 0–1. */
  readonly interrupted: number;
  /** What that process asks for gets there, and is answered, as this says; absent: as for everybody. */
  readonly link?: LinkFaults;
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
/** Every one that a simulated world knows. */
export const simulatedKinds: readonly FaultKind[] = [...new Set(kinds)];
const longestForMs = 20_000;

/** `isOver`: nobody begins one any more. */
export function seatDrills(world: World, isOver: () => boolean): void {
  const { options, drills: book } = world;
  if (options.drills === undefined || book === undefined) return;
  const { interrupted, planned, everyMs } = options.drills;
  const hostOf = (name: string): Host => ({ name, life: undefined, lives: 0, interrupted });
  const deskOf = (name: string): DrillDesk => ({ ...hostOf(name), guard: hostOf(`${name}-guard`), isTaken: false });
  const [one, other] = [deskOf('drill-1'), deskOf('drill-2')];
  world.desks = [...world.desks, one, one.guard, other, other.guard];
  const begin = (desk: DrillDesk, drill: PlannedDrill): void => {
    if (!desk.isTaken) holdAt(world, book, desk, drill);
  };
  for (const each of planned) world.schedule.after(each.atMs - world.schedule.monoMs, () => begin(one, each));
  if (everyMs === 0) return;
  const pace = world.seeds.stream('pace/drill');
  const dice = world.chance.dice('drill');
  const next = (): void => {
    world.schedule.after(-Math.log(1 - pace.next()) * everyMs, () => {
      if (isOver()) return;
      const random = dice.roll([['drill', 1]])?.details;
      if (random !== undefined) {
        begin(one, draw(world, random));
        // Sometimes two of them at once.
        if (random.next() < 0.2) begin(other, draw(world, random));
      }
      next();
    });
  };
  next();
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
