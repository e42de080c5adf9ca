/** Journals that versions of the program left behind in the middle of their operations, each with what stood around it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalDraft } from '../../src/model/journal-entry.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { RouteEntry } from '../../src/model/route.ts';
import type { Violation } from '../../src/sim/ghost.ts';
import type { Host } from '../../src/sim/host.ts';
import { calmOptions, type SimOptions } from '../../src/sim/options.ts';
import { checkEnd } from '../../src/sim/run-seed.ts';
import { troublesOf } from '../../src/sim/troubles.ts';
import { World } from '../../src/sim/world.ts';
import type { ChainRow } from '../../src/store/chain.ts';
import { openMemoryStore } from '../../src/store/memory.ts';

/** One scene as one version carried it out. */
export interface KeptJournal {
  readonly scene: string;
  readonly options: SimOptions;
  /** The whole journal; a moment has the first of them. */
  readonly rows: readonly ChainRow[];
  readonly moments: readonly Moment[];
}

/** Right after something of the operation was recorded: the process ended there. */
export interface Moment {
  readonly rows: number;
  readonly operationId: string;
  /** Such as `4-weigh birch 100% intended`. */
  readonly at: string;
  /** Epoch milliseconds. */
  readonly wallMs: number;
  readonly gateway: { readonly entry: RouteEntry | undefined; readonly fence: World['gateway']['fence'] };
  readonly replicas: readonly Replica[];
}

export interface ResumedEnd {
  /** Of the operation that was open. */
  readonly state: string | undefined;
  readonly violations: readonly Violation[];
  /** What is not well after all the time it may take. */
  readonly troubles: readonly string[];
}

const folder = join(import.meta.dirname, '../../fixtures/journals');

/** By version and file. */
export function readJournals(): ReadonlyMap<string, KeptJournal> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return new Map(
    names.sort().map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as KeptJournal]),
  );
}

/** A controller's next life begins after this, in milliseconds. */
const bootMs = 500;
const lookMs = 500;
const calmMs = 5000;
/** All must be well by then, in virtual milliseconds. */
const limitMs = 300_000;
/** A process number that no earlier life had. */
const laterLives = 100;

/** The present program finds what the earlier one left, and goes on until all is well. Yields after every event. */
export function* resumeAt(journal: KeptJournal, moment: Moment): Generator<void, ResumedEnd> {
  // What was no option yet was off.
  const options = { ...calmOptions(journal.options.seed), ...journal.options };
  const world = new World(options, { kept: [] });
  try {
    layOut(world, journal, moment);
    yield;
    const host: Host = { name: 'host-1', life: undefined, lives: laterLives };
    world.hosts = [host];
    const keep = (): void => world.boot(host, () => void world.schedule.after(bootMs, keep));
    keep();
    yield;
    const { schedule, ghost } = world;
    const endMs = schedule.monoMs + limitMs;
    let [sinceMs, lookedMs] = [schedule.monoMs, schedule.monoMs];
    while (schedule.monoMs < endMs && schedule.monoMs - sinceMs < calmMs && ghost.violations.length === 0) {
      if (!schedule.step()) break;
      yield;
      if (schedule.monoMs - lookedMs < lookMs) continue;
      lookedMs = schedule.monoMs;
      if (troublesOf(world).length > 0) sinceMs = lookedMs;
    }
    checkEnd(world);
    const state = ghost.operations.get(moment.operationId)?.state;
    return { state, violations: ghost.violations, troubles: troublesOf(world) };
  } finally {
    world.close();
  }
}

/** Throws when the present program would have written the entries otherwise. */
function layOut(world: World, { rows }: KeptJournal, moment: Moment): void {
  const { newest: disk, gateway, clouds, schedule, seeds, options } = world;
  world.wallAheadMs = moment.wallMs - schedule.monoMs;
  const clock = schedule.stoppedClock(moment.wallMs);
  const store = openMemoryStore(disk, { clock, random: seeds.stream('left-behind'), bootId: 'boot' });
  for (const row of rows.slice(0, moment.rows)) {
    const draft = JSON.parse(row.text) as JournalDraft;
    void store.journal.append([draft]);
    const written = disk.entries.at(-1);
    if (written?.hash !== row.hash) throw new Error(`entry ${row.seq} is hashed otherwise than it was`);
    world.noteAppended([draft]);
    if (draft.body.kind !== 'lease' || disk.leases.get(draft.deployment)?.record.epoch === draft.epoch) continue;
    // The machine has not been started again since: the lease is still that process's until it has run out.
    void store.lease.acquire(draft.deployment, draft.by, options.leaseTtlMs);
  }
  gateway.entry = moment.gateway.entry;
  gateway.fence = moment.gateway.fence;
  for (const replica of moment.replicas) clouds.get(replica.site)?.adopt(replica);
  world.noteHealth();
}
