/** All points of all scenes on several threads. */
import { Worker } from 'node:worker_threads';
import { scenes } from '../../src/sim/scenes.ts';
import { drillPoints } from './drill-points.ts';
import { type PointEnd, type PointFailure, pointsOf } from './points.ts';
import type { PointsTask } from './points-worker.ts';

export interface PointTally {
  readonly scenes: number;
  /** Of all points; fewer were tried when time was up. */
  readonly points: number;
  /** Ends of a drill, and how many of them were tried. */
  readonly drillPoints: number;
  drills: number;
  singles: number;
  pairs: number;
  violations: number;
  readonly failures: PointFailure[];
}

export interface PointRun {
  readonly workers: number;
  readonly onProgress?: (tally: PointTally) => void;
}

/** Of failing worlds; of more, only the number is kept. */
const mostFailures = 20;

/** After the signal every thread ends its point and begins no other. */
export async function runPoints({ workers, onProgress }: PointRun, signal: AbortSignal): Promise<PointTally> {
  const control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const stop = (): void => void Atomics.store(control, 1, 1);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const tally: PointTally = {
    ...{ scenes: scenes.length, points: (await pointsOf(scenes)).length, drillPoints: (await drillPoints()).length },
    ...{ drills: 0, singles: 0, pairs: 0, violations: 0 },
    failures: [],
  };
  const threads = Array.from({ length: workers }, async () => {
    const worker = new Worker(new URL('./points-worker.ts', import.meta.url), {
      workerData: { control } satisfies PointsTask,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.on('message', ({ drills, singles, pairs, failures }: PointEnd) => {
      tally.drills += drills;
      tally.singles += singles;
      tally.pairs += pairs;
      tally.violations += failures.length;
      tally.failures.push(...failures.slice(0, mostFailures - tally.failures.length));
      onProgress?.(tally);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
    await promise;
  });
  await Promise.all(threads);
  signal.removeEventListener('abort', stop);
  return tally;
}
