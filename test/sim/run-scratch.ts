import { Cells } from '../../src/sim/cells.ts';
import { runFast } from '../../src/sim/drain.ts';
import { calmOptions, drawOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/run-seed.ts';
import { seedTree } from '../../src/sim/seed-tree.ts';

const [mode, from = '1', count = '10'] = process.argv.slice(2);
const cells = new Cells();
setImmediate(() => {
  const began = process.cpuUsage();
  let failovers = 0,
    events = 0,
    steps = 0,
    entries = 0,
    ops = 0,
    bad = 0,
    virtual = 0;
  const kinds = new Map<string, number[]>();
  for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
    const options = mode === 'calm' ? calmOptions(seed) : drawOptions(seed, seedTree(seed).stream('options'));
    const r = runFast(simulate(options, { cells }));
    failovers += r.failovers;
    events += r.events;
    steps += r.steps;
    entries += r.entries;
    ops += r.operations;
    virtual += r.virtualMs;
    if (r.violations.length) {
      bad++;
      const v = r.violations[0]!;
      const k = kinds.get(v.invariant) ?? [];
      k.push(seed);
      kinds.set(v.invariant, k);
      if (k.length <= 3) console.log(seed, v.invariant, v.message, v.atMonoMs.toFixed(0));
    }
  }
  const { user, system } = process.cpuUsage(began);
  const s = (user + system) / 1e6;
  console.log(
    JSON.stringify({
      s,
      failovers,
      ops,
      events,
      steps,
      entries,
      bad,
      virtualS: virtual / 1000,
      perS: failovers / s,
      eventsPerS: events / s,
      eventsPerFailover: events / failovers,
      entriesPer: entries / failovers,
      cells: cells.cells(),
      pairs: cells.pairs(),
    }),
  );
  for (const [k, v] of kinds) console.log(k, v.length, v.slice(0, 10).join(' '));
  if (process.argv[5] === 'cells') console.log(cells.missing().join('\n'));
});
