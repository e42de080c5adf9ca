import { execFileSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePortRanges } from '../driver/local-world.ts';
import { type BuiltProgram, layOutBuiltProgram } from './support/built-program.ts';
import { createCrashPlan, type Task } from './support/crash-plan.ts';
import { type CrashWorld, type Deed, type End, openCrashWorld } from './support/crash-world.ts';

/** Fewer for a quick look: CRASH_CYCLES=50. */
const cycles = Number(process.env['CRASH_CYCLES'] ?? 1000);
/** Most of a cycle is waiting for a lease to run out and for a move to settle. */
const worlds = Number(process.env['CRASH_WORLDS'] ?? 7 * availableParallelism());
const seed = Number(process.env['CRASH_SEED'] ?? 1);
const rangesPerWorld = 3;
const tellEveryMs = 20_000;

/** What a process wrote outlives its SIGKILL wherever it lies; in memory a thousand cycles wait for no disk. */
const inMemory = '/dev/shm';
const leastFreeBytes = 2 ** 30;

let built: BuiltProgram;

beforeAll(() => {
  const memory = existsSync(inMemory) ? statfsSync(inMemory) : undefined;
  if (memory !== undefined && memory.bavail * memory.bsize >= leastFreeBytes) process.env['TMPDIR'] = inMemory;
  built = layOutBuiltProgram();
});

afterAll(() => built.remove());

/** What an undisturbed run ends in, said in full so that the runs that are compared with are not wrong themselves. */
const undisturbed: Readonly<Record<Deed, End>> = {
  switchover: endOf({ source: 0, target: 100 }, 'switchover done'),
  failover: endOf({ source: 0, target: 100 }, 'failover done', 'source-chat-0'),
  start: endOf({ source: 100, target: 0 }, 'start done', 'target-chat-0'),
};

function endOf(weights: End['weights'], operation: string, started?: string): End {
  const replicas = ['source-chat-0', 'target-chat-0'];
  return {
    operations: [operation],
    weights,
    started: started === undefined ? [] : [started],
    live: Object.fromEntries(replicas.map((replica) => [replica, replica === started ? 'new' : 'from before'])),
    listed: replicas,
    spill: ['source', 'target'],
    isGatewaySame: true,
    journal: 'ok',
    failedRequests: [],
  };
}

test(`${cycles} times killed by SIGKILL and resumed, the built program ends as if it had not been`, async () => {
  const plan = createCrashPlan(cycles, seed);
  const differences: string[] = [];
  const beganMs = performance.now();
  const ports = await freePortRanges(worlds * rangesPerWorld);
  let starts = 0;
  let leasesLost = 0;
  let late = 0;

  const tell = (): string => {
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    const { hit, seen } = plan.covered();
    return (
      `crash: ${plan.kills()} cycles of kill -9 and resume in ${plan.operations()} operations, ${hit} of ${seen} points, ` +
      `${starts} starts, ${differences.length} differences, ${leasesLost} leases lost to a busy machine, ${late} operations not compared for that, ` +
      `${worlds} worlds, ${seconds} s, seed ${seed}`
    );
  };
  const telling = setInterval(() => process.stdout.write(`${tell()}\n`), tellEveryMs);

  const work = async (index: number): Promise<void> => {
    const world = await openCrashWorld(built, ports.slice(index * rangesPerWorld, (index + 1) * rangesPerWorld));
    try {
      for (let task = plan.next(); task !== undefined && differences.length === 0; task = plan.next()) {
        const difference = await tryTask(world, task);
        if (difference !== undefined) differences.push(difference);
      }
    } finally {
      await world.close();
    }
  };

  const tryTask = async (world: CrashWorld, task: Task): Promise<string | undefined> => {
    const before = { starts: world.starts(), leasesLost: world.leasesLost() };
    try {
      const trial = await world.attempt(task.deed, task.points);
      plan.note(task, trial);
      starts += world.starts() - before.starts;
      leasesLost += world.leasesLost() - before.leasesLost;
      late += Number(trial.isLate);
      if (!trial.isLate) expect(trial.end).toEqual(undisturbed[task.deed]);
      return undefined;
    } catch (error) {
      return tellDifference(world, task, error);
    }
  };

  await Promise.all(Array.from({ length: worlds }, (_, index) => work(index)));
  clearInterval(telling);
  const { never } = plan.covered();
  console.log(tell());
  if (never.length > 0) console.log(`crash: not killed at: ${never.join(' | ')}`);
  expect(differences.join('\n\n')).toBe('');
  expect(plan.kills()).toBeGreaterThanOrEqual(cycles);
  expect(late).toBeLessThan(plan.operations() / 10);
});

/** Where it was killed, what is different, and what lies in the state directory, while it still does. */
function tellDifference(world: CrashWorld, { deed, points }: Task, error: unknown): string {
  const files = execFileSync('find', [world.stateDir, '-type', 'f', '-printf', '%P %s bytes\n'], { encoding: 'utf8' });
  const state = new DatabaseSync(`${world.stateDir}/state.db`, { readOnly: true });
  const entries = state.prepare('SELECT seq, text FROM journal ORDER BY seq DESC LIMIT 40').all().toReversed();
  state.close();
  return [
    `${deed}, killed at ${points.join(', then at ') || 'no point'}: ${error instanceof Error ? error.message : error}`,
    `state directory:\n${files}`,
    `newest entries:\n${entries.map(({ seq, text }) => `${seq} ${text}`).join('\n')}`,
    `said:\n${world.said()}`,
  ].join('\n');
}
