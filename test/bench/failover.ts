/** The failover matrix at 500 plain requests a second: kill -9, hang, errors, slow first token; godwit in full against HAProxy at its best. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { countRecords, recoveryMs } from '../../src/demo/record.ts';
import { startLoad } from '../../src/load/collect.ts';
import type { Bench } from './main.ts';
import { harnessCore, listens, proxyCore, start } from './processes.ts';
import { openSites } from './sites.ts';
import { judge, median, type Row } from './stats.ts';

const root = resolve(import.meta.dirname, '../..');
const faults = ['kill', 'hang', 'errors', 'slow'] as const;
type Fault = (typeof faults)[number];
const firstTokenLimitMs = 500;
const rate = 500;

interface Shot {
  readonly sent: number;
  readonly failed: number;
  /** NaN: not within the time the load went on. */
  readonly recoveryMs: number;
  /** Godwit's own word that the fault was there: a recovery of 0 ms without either would mean that nothing broke. */
  readonly failovers?: number;
  readonly retried?: number;
}

export async function benchFailover(bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const fault of faults) {
    const shots = { godwit: [] as Shot[], haproxy: [] as Shot[] };
    for (let run = 0; run < bench.runs; run += 1) {
      shots.godwit.push(await shootGodwit(bench, fault, run));
      shots.haproxy.push(await shootHaproxy(bench, fault, run));
    }
    rows.push(...rowsOf(fault, shots.godwit, shots.haproxy));
  }
  return rows;
}

function rowsOf(fault: Fault, godwit: readonly Shot[], haproxy: readonly Shot[]): readonly Row[] {
  const failed = median(godwit.map((shot) => shot.failed));
  const peerFailed = median(haproxy.map((shot) => shot.failed));
  const recovery = median(godwit.map((shot) => shot.recoveryMs));
  const peer = median(haproxy.map((shot) => shot.recoveryMs));
  const part = `failover ${fault}`;
  const raw = (pick: (shot: Shot) => number): Record<string, number[]> => ({
    godwit: godwit.map(pick),
    haproxy: haproxy.map(pick),
  });
  const sent = {
    godwitSent: godwit.map((shot) => shot.sent),
    haproxySent: haproxy.map((shot) => shot.sent),
    godwitFailovers: godwit.map((shot) => shot.failovers ?? Number.NaN),
    godwitRetried: godwit.map((shot) => shot.retried ?? Number.NaN),
  };
  // A peer that never recovers is beaten by any recovery.
  const isRight: Record<Fault, (ms: number) => boolean> = {
    kill: () => true,
    hang: (ms) => Number.isNaN(peer) || ms <= peer,
    errors: () => true,
    slow: (ms) => ms <= 1000,
  };
  const targets: Record<Fault, string> = {
    kill: '(reported)',
    hang: "<= the peer's",
    errors: '(reported)',
    slow: '<= 1000 ms',
  };
  return [
    {
      part,
      what: 'failed requests',
      godwit: failed,
      peer: peerFailed,
      value: failed,
      target: fault === 'slow' ? '(reported)' : '0',
      verdict: fault === 'slow' ? undefined : judge(failed, (each) => each === 0),
      raw: raw((shot) => shot.failed),
    },
    {
      part,
      what: 'recovery, ms',
      godwit: recovery,
      peer,
      value: recovery / peer,
      target: targets[fault],
      verdict: Number.isNaN(recovery) ? 'missed' : judge(recovery, isRight[fault]),
      raw: { ...raw((shot) => shot.recoveryMs), ...sent },
    },
  ];
}

async function shootGodwit({ dir }: Bench, fault: Fault, run: number): Promise<Shot> {
  const sites = await openSites({
    dir,
    port: 18200 + run,
    firstPort: 18400 + run * 20,
    firstTokenMs: 10,
    firstTokenSigma: 0,
    firstTokenLimit: '250ms',
    probeTimeout: '400ms',
  });
  try {
    const servers = await sites.servers('left');
    const shot = await shoot(sites.url, fault, servers);
    const failovers = (await sites.operations()).filter(({ plan }) => plan.kind === 'failover').length;
    return { ...shot, failovers, retried: (await sites.traffic())?.retried ?? Number.NaN };
  } finally {
    await sites.close();
  }
}

/**
 * Everything the manual of 2.6 offers for this: a check that makes a completion, retries on all retryable errors, other
 * servers on retry, layer 7 observation, mark-down on errors, and for both sides the same 250 ms to the first byte.
 * Without `on-marked-down shutdown-sessions`: it cuts requests that a retry would have saved (26 failed on kill, none without).
 * https://docs.haproxy.org/2.6/configuration.html
 */
async function shootHaproxy({ dir }: Bench, fault: Fault, run: number): Promise<Shot> {
  const port = 18300 + run;
  const ports = [18600, 18601, 18610, 18611].map((first) => first + run * 20);
  const servers = ports.map((each) =>
    start(harnessCore, process.execPath, [
      join(root, 'bin/godwit.js'),
      'model-server',
      '--port',
      String(each),
      '--model',
      'tiny',
      '--first-token-ms',
      '10',
      '--tokens-per-second',
      '0',
    ]),
  );
  const path = join(dir, `failover-${port}.cfg`);
  const line = (each: number, index: number): string =>
    `  server s${index} 127.0.0.1:${each} check inter 200 fall 2 rise 2 observe layer7 error-limit 5 on-error mark-down${index > 1 ? ' backup' : ''}`;
  writeFileSync(
    path,
    `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  option http-no-delay
  timeout connect 200ms
  timeout client 30s
  timeout server 250ms
  timeout check 250ms
  retries 3
  option redispatch 1
  retry-on all-retryable-errors
frontend front
  bind 127.0.0.1:${port}
  option http-buffer-request
  default_backend back
backend back
  balance leastconn
  option allbackups
  option httpchk
  http-check send meth POST uri /v1/chat/completions hdr content-type application/json body '{"model":"tiny","max_tokens":1,"messages":[{"role":"user","content":"ready"}]}'
  http-check expect status 200
${ports.map(line).join('\n')}
`,
  );
  for (const each of ports) await listens(each);
  const haproxy = start(proxyCore, 'haproxy', ['-db', '-f', path]);
  await listens(port);
  try {
    return await shoot(
      `http://127.0.0.1:${port}`,
      fault,
      ports.slice(0, 2).map((each) => `http://127.0.0.1:${each}`),
    );
  } finally {
    await Promise.all([haproxy, ...servers].map((each) => each.stop()));
  }
}

async function shoot(url: string, fault: Fault, broken: readonly string[]): Promise<Shot> {
  const load = startLoad({
    url,
    model: 'tiny',
    requestsPerSecond: rate,
    streamShare: 0,
    maxTokens: 4,
    timeoutMs: 10_000,
  });
  await new Promise((wake) => setTimeout(wake, 3000));
  const pids = await Promise.all(broken.map(pidOf));
  const faultAtMs = performance.now();
  await Promise.all(broken.map((server, index) => inject(fault, server, pids[index] ?? 0)));
  await new Promise((wake) => setTimeout(wake, 6000));
  if (fault === 'hang') for (const pid of pids) process.kill(pid, 'SIGCONT');
  await load.stop();
  const records = load.records();
  const limits = { streamMs: firstTokenLimitMs, plainMs: firstTokenLimitMs };
  const { requests } = countRecords(records);
  // A recovery that does not last is still a recovery by its definition; when requests failed says which it was.
  const failures = records.filter(({ outcome }) => outcome !== 'ok');
  const whys = new Set(failures.map(({ why }) => why));
  for (const why of whys) {
    const at = failures.filter((each) => each.why === why).map(({ dueMs }) => Math.round(dueMs - faultAtMs));
    console.error(
      `  ${url} ${fault}: ${at.length} failed (${why}), ${Math.min(...at)} to ${Math.max(...at)} ms after the fault`,
    );
  }
  return {
    sent: requests.sent,
    failed: requests.failed,
    recoveryMs: recoveryMs(records, faultAtMs, limits) ?? Number.NaN,
  };
}

async function inject(fault: Fault, server: string, pid: number): Promise<void> {
  if (fault === 'kill') process.kill(pid, 'SIGKILL');
  if (fault === 'hang') process.kill(pid, 'SIGSTOP');
  if (fault === 'errors') await fetch(`${server}/faults`, { method: 'POST', body: '{"errors":1}' });
  if (fault === 'slow') await fetch(`${server}/faults`, { method: 'POST', body: '{"firstTokenMs":5000}' });
}

async function pidOf(server: string): Promise<number> {
  return ((await (await fetch(`${server}/faults`)).json()) as { pid: number }).pid;
}
