/** A thread that takes the next seed, runs its world and tells now and then what it came to. */
import { parentPort, workerData } from 'node:worker_threads';
import { runFast } from '../../src/sim/drain.ts';
import type { SimOptions } from '../../src/sim/options.ts';
import { optionsOf } from './draw.ts';
import { checkAgain, crashOf, runWorld, timesOf } from './run-world.ts';
import { Tally } from './tally.ts';
import { slots, type WorkerTask } from './worker-task.ts';

/** Between two reports, in milliseconds. */
const tellMs = 500;

await work(workerData as WorkerTask);

async function work({ control, thread, faults, from, seeds }: WorkerTask): Promise<void> {
  takeCheckpoint(control);
  const tally = new Tally();
  let running: SimOptions = optionsOf(faults, from);
  // Known at the end of a world's turn of the event loop: before the next one begins.
  process.on('unhandledRejection', (reason) => tally.fail(running, [crashOf(reason)]));
  let toldMs = performance.now();
  for (;;) {
    const turn = Atomics.add(control, slots.next, 1);
    if (turn >= seeds || Atomics.load(control, slots.isOver) !== 0) break;
    Atomics.store(control, slots.firstThread + thread, turn);
    const options = optionsOf(faults, from + turn);
    const before = { wall: performance.now(), cpu: process.threadCpuUsage() };
    const end = await runWorld(options, { cells: tally.cells }, () => {
      running = options;
    });
    tally.add(options, end);
    const times = timesOf(turn);
    if (times !== 'once' && end.report !== undefined) {
      tally.addTimes(times);
      tally.fail(options, await checkAgain(options, end.report, times));
    }
    const { user, system } = process.threadCpuUsage(before.cpu);
    tally.addBusy(performance.now() - before.wall, (user + system) / 1000);
    if (performance.now() - toldMs < tellMs) continue;
    toldMs = performance.now();
    parentPort?.postMessage(tally.take());
  }
  await new Promise(setImmediate);
  parentPort?.postMessage(tally.take());
}

/** V8's switch for it is the whole process's: one thread at a time. */
function takeCheckpoint(control: Int32Array<SharedArrayBuffer>): void {
  while (Atomics.compareExchange(control, slots.lock, 0, 1) !== 0) Atomics.wait(control, slots.lock, 1);
  runFast(nothing());
  Atomics.store(control, slots.lock, 0);
  Atomics.notify(control, slots.lock);
}

function* nothing(): Generator<void, void> {}
