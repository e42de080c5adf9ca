/** `npm run bench`: the gateway and the whole program against their peers, both sides in one run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFailover } from './failover.ts';
import { benchFalseAlarm } from './false-alarm.ts';
import { benchLatency } from './latency.ts';
import { needTools } from './processes.ts';
import { benchSmall } from './small.ts';
import { benchStartup } from './startup.ts';
import { type Row, renderTable } from './stats.ts';
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
  small: benchSmall,
  latency: benchLatency,
  streams: benchStreams,
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

needTools();
const dir = mkdtempSync(join(tmpdir(), 'godwit-bench-'));
const bench: Bench = {
  dir,
  runs: values.quick ? 1 : Number(values.runs),
  seconds: values.quick ? 3 : 8,
  soakSeconds: values.quick ? 30 : Number(values['soak-seconds']),
  isQuick: values.quick,
};
const wanted = values.only?.split(',') ?? Object.keys(parts);
const rows: Row[] = [];
try {
  for (const name of wanted) {
    const part = parts[name];
    if (part === undefined) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(', ')}`);
    console.error(`bench: ${name}`);
    rows.push(...(await part(bench)));
  }
} finally {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}
writeFileSync(
  values.out,
  JSON.stringify(
    { at: new Date().toISOString(), node: process.version, runs: bench.runs, seconds: bench.seconds, rows },
    undefined,
    2,
  ),
);
console.log(renderTable(rows));
console.log(`${values.out}: ${rows.filter(({ verdict }) => verdict === 'missed').length} targets missed`);
// A short run on a shared machine tells of crashes and hangs, not of speed: only a full one fails on a missed target.
process.exit(!values.quick && rows.some(({ verdict }) => verdict === 'missed') ? 1 : 0);
