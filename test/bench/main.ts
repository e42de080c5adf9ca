/** `npm run bench`: the gateway and the whole program against their peers, both sides in one run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFailover } from './failover.ts';
import { benchFalseAlarm } from './false-alarm.ts';
import { benchLatency } from './latency.ts';
import { benchLoad } from './load.ts';
import { benchPlacements } from './placements.ts';
import { coreBusy, harnessCore, moveTo, needTools, proxyCore } from './processes.ts';
import { benchProviders } from './providers.ts';
import { benchSmall } from './small.ts';
import { benchStartup } from './startup.ts';
import { type Row, renderTable } from './stats.ts';
import { benchStatus } from './status.ts';
import { benchStreams } from './streams.ts';

export interface Bench {
  /** Scratch folder, removed at the end. */
  readonly dir: string;
  /** Figures are medians over so many runs of each side. */
  readonly runs: number;
  /** Of one run. */
  readonly seconds: number;
  readonly soakSeconds: number;
  readonly isQuick: boolean;
}

const parts: Readonly<Record<string, (bench: Bench) => Promise<readonly Row[]> | readonly Row[]>> = {
  startup: benchStartup,
  status: benchStatus,
  providers: benchProviders,
  placements: benchPlacements,
  small: benchSmall,
  latency: benchLatency,
  streams: benchStreams,
  load: benchLoad,
  failover: benchFailover,
  'false-alarm': benchFalseAlarm,
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    'soak-seconds': { type: 'string', default: '600' },
    out: { type: 'string', default: join(tmpdir(), 'godwit-bench.json') },
  },
});

try {
  needTools();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
const runs = Number(values.runs);
const soakSeconds = Number(values['soak-seconds']);
const wanted = values.only?.split(',') ?? Object.keys(parts);
const unknown = wanted.filter((name) => parts[name] === undefined);
if (unknown.length > 0 || !(runs >= 1 && runs <= 100) || !(soakSeconds >= 1 && soakSeconds <= 3600)) {
  console.error(`bench: --runs 1 to 100, --soak-seconds 1 to 3600, --only of ${Object.keys(parts).join(',')}`);
  process.exit(2);
}
// This process is the load: on the proxy's core it would slow what it measures.
moveTo(harnessCore, process.pid);
const others = { proxyCore: coreBusy(proxyCore), harnessCore: coreBusy(harnessCore) };
await new Promise((wake) => setTimeout(wake, 1000));
/** What else ran on the machine before anything was started, 0-1: a busy one makes every figure below doubtful. */
const busyBefore = { proxyCore: others.proxyCore(), harnessCore: others.harnessCore() };
const busiest = Math.max(busyBefore.proxyCore, busyBefore.harnessCore);
if (busiest > 0.1)
  console.error(`bench: a core is ${Math.round(busiest * 100)} % busy with other programs; expect noise`);
const dir = mkdtempSync(join(tmpdir(), 'godwit-bench-'));
const bench: Bench = {
  dir,
  runs: values.quick ? 1 : runs,
  seconds: values.quick ? 3 : 8,
  soakSeconds: values.quick ? 30 : soakSeconds,
  isQuick: values.quick,
};
const rows: Row[] = [];
process.once('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
for (const name of wanted) {
  const part = parts[name];
  if (part === undefined) continue;
  console.error(`bench: ${name}`);
  rows.push(...(await part(bench)));
}
writeFileSync(
  values.out,
  JSON.stringify(
    { at: new Date().toISOString(), node: process.version, runs: bench.runs, seconds: bench.seconds, busyBefore, rows },
    undefined,
    2,
  ),
);
console.log(renderTable(rows));
console.log(`${values.out}: ${rows.filter(({ verdict }) => verdict === 'missed').length} targets missed`);
// A short run on a shared machine tells of crashes and hangs, not of speed: only a full one fails on a missed target.
process.exit(!values.quick && rows.some(({ verdict }) => verdict === 'missed') ? 1 : 0);
