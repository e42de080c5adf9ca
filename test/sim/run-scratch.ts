import v8 from 'node:v8';
v8.setFlagsFromString('--allow-natives-syntax');
const drain = new Function('%PerformMicrotaskCheckpoint()') as () => void;
import { calmOptions, drawOptions } from '/work/wt/sim/src/sim/options.ts';
import { runSeed } from '/work/wt/sim/src/sim/run-seed.ts';
import { createSeededRandom } from '/work/wt/sim/src/testkit/seeded-random.ts';
const [mode, from, count] = [process.argv[2], Number(process.argv[3] ?? 1), Number(process.argv[4] ?? 10)];
setImmediate(() => {
  const t = performance.now(); let f = 0, e = 0;
  for (let seed = from; seed < from + count; seed++) {
    const o = mode === 'calm' ? calmOptions(seed) : drawOptions(seed, createSeededRandom(seed * 7919));
    const r = runSeed(o, drain);
    f += r.failovers; e += r.events;
    if (count <= 20) console.log(seed, r.failovers, r.events, r.steps, r.entries, r.traceHash.slice(0, 8), r.violations.slice(0, 3).map((v) => `${v.invariant}@${Math.round(v.atMonoMs)} ${v.message}`));
    else if (r.violations.length) console.log(seed, r.violations.length, r.violations[0]);
  }
  const ms = performance.now() - t;
  console.log('failovers/s', (f / ms) * 1000, 'events/s', (e / ms) * 1000, 'events per failover', e / f);
});
