/** What `godwit cron install` prints is taken by those it is for, or by the nearest judge that runs without them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cron } from 'croner';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { crontabFile } from '../../src/report/cron/crontab.ts';
import { workflowFile } from '../../src/report/cron/github.ts';
import { onCalendar } from '../../src/report/cron/on-calendar.ts';
import { spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { cronLines } from '../model/support/cron-lines.ts';
import { fieldsOf, jobOf } from '../report/cron/jobs.ts';

const version = /^kubernetes-validate==(.+)$/m.exec(
  readFileSync(join(import.meta.dirname, 'cron', 'requirements.txt'), 'utf8'),
)?.[1];
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const judges = join(cache, 'godwit-ci', `cron-${version}`, 'venv', 'bin');

const machines = 'zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: lt-0123456789abcdef0 }';
const schedule = 'schedule: { cron: "0 10 * * Wed", timezone: Europe/Berlin }';
const configs = {
  cloud: `sites: { east: { provider: aws, region: us-east-1, ${machines} }, west: { provider: aws, region: us-east-1, ${machines} } }
deployments: { chat: { model: tiny, sites: { east: {}, west: { standby: cold } } } }`,
  local: `sites: { east: { provider: local, ports: 61090-61093 }, west: { provider: local, ports: 61094-61097 } }
deployments: { chat: { model: tiny, command: [sleep, "1"], sites: { east: {}, west: { standby: cold } } } }`,
};

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-cron-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** By the program itself, into a folder that holds nothing else. */
async function install(kind: keyof typeof configs, ...words: readonly string[]): Promise<string> {
  const dir = folder();
  const config = join(dir, 'godwit.yaml');
  const drills = `drills: { site-loss: { deployment: chat, kind: simulation, fault: [{ type: blackhole, site: east, for: 30s }], hypothesis: ["recoveryTime <= 30s"], ${schedule} } }`;
  writeFileSync(config, `version: 1\nstate: { dir: /var/lib/godwit }\n${configs[kind]}\n${drills}\n`, { mode: 0o600 });
  const out = join(dir, 'out');
  mkdirSync(out);
  const ended = await spawnGodwit(['cron', 'install', ...words, '--config', config, '--out', out]);
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Nothing was installed/) });
  return out;
}

function run(program: string, words: readonly string[], cwd: string) {
  const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C.UTF-8' };
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd, env, encoding: 'utf8', timeout: 60_000 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

const verify = (dir: string) =>
  run('systemd-analyze', ['verify', '--man=no', ...readdirSync(dir).map((name) => `./${name}`)], dir);

test.for([
  { kind: 'cloud', words: [] },
  { kind: 'local', words: [] },
  { kind: 'cloud', words: ['--for', 'site-loss'] },
  { kind: 'local', words: ['--for', 'site-loss'] },
  { kind: 'cloud', words: ['--schedule', '5 4 1-7 1,7 Mon-Fri', '--timezone', 'America/New_York'] },
] as const)('systemd takes the units of a $kind configuration: $words', async ({ kind, words }) => {
  const dir = await install(kind, '--systemd', ...words);
  expect(readdirSync(dir)).toHaveLength(2);
  expect(verify(dir)).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('and the line for a unit that tells of failures, once it is wanted', async () => {
  const dir = await install('cloud', '--systemd');
  const path = join(dir, 'godwit-rebalance.service');
  writeFileSync(path, readFileSync(path, 'utf8').replace('# OnFailure=', 'OnFailure='));
  writeFileSync(join(dir, 'alert@.service'), '[Service]\nType=oneshot\nExecStart=/bin/echo %i\n');
  expect(verify(dir)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(path, 'utf8')).toMatch(/^OnFailure=alert@%N\.service$/m);
});

test('and what is added to a CronJob for credentials and for the node of its volume', async () => {
  const dir = await install('cloud', '--kubernetes', ...image);
  const path = join(dir, 'godwit-rebalance.yaml');
  const job = parse(readFileSync(path, 'utf8'));
  const pod = job.spec.jobTemplate.spec.template;
  pod.metadata.labels['azure.workload.identity/use'] = 'true';
  pod.spec.containers[0].envFrom = [{ secretRef: { name: 'godwit-credentials' } }];
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'godwit' } } };
  pod.spec.affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  writeFileSync(path, JSON.stringify(job));
  expect(run(join(judges, 'kubernetes-validate'), ['--strict', '-k', '1.31', path], dir)).toMatchObject({ status: 0 });
});

test('and tells of a word in them that it does not know', async () => {
  const dir = await install('cloud', '--systemd');
  const path = join(dir, 'godwit-rebalance.timer');
  writeFileSync(path, readFileSync(path, 'utf8').replace('FixedRandomDelay', 'FixedRandomDelays'));
  expect(verify(dir).stderr).toContain('FixedRandomDelays');
});

test('a service that starts nothing here can reach little', async () => {
  const dir = await install('cloud', '--systemd');
  const words = ['security', '--offline=yes', '--no-pager', '--threshold=30', './godwit-rebalance.service'];
  // In tenths: 3.0 of 10.
  expect(run('systemd-analyze', words, dir)).toMatchObject({ status: 0 });
});

const most = 12;

/** The first times of a timer that has all these, epoch milliseconds. */
function timesBySystemd(calendars: readonly string[], fromMs: number): readonly number[] {
  const base = `${new Date(fromMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const words = ['calendar', `--iterations=${most}`, `--base-time=${base}`, ...calendars];
  const ended = run('systemd-analyze', words, '/');
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  // Shown in UTC, as the process is told; a weekday stands before each.
  const found = [...ended.stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\S+) UTC/g)];
  const times = new Set(found.map(([, day, time]) => Date.parse(`${day}T${time}Z`)));
  return [...times].toSorted((a, b) => a - b).slice(0, most);
}

test.for([
  { zone: 'UTC', from: '2026-11-28T00:00:00Z', until: '2100-01-01T00:00:00Z' },
  // Between two changes of its clocks.
  { zone: 'Europe/Berlin', from: '2026-03-30T00:00:00Z', until: '2026-10-24T00:00:00Z' },
])('a timer names the minutes that its cron line names, in $zone', ({ zone, from, until }) => {
  fc.assert(
    fc.property(cronLines, (line) => {
      const fields = fieldsOf(line);
      const inReach = (at: number): boolean => at < Date.parse(until);
      const bySystemd = timesBySystemd(onCalendar(fields, zone), Date.parse(from)).filter(inReach);
      const job = new Cron(fields.text, { timezone: zone, mode: '5-part', paused: true });
      const byCron = job.nextRuns(most, new Date(from)).map((at) => at.getTime());
      expect(bySystemd).toEqual(byCron.filter(inReach));
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

const image = ['--image', 'registry.example.com/godwit:1'];

test.for([{ words: [] }, { words: ['--for', 'site-loss'] }])(
  'Kubernetes 1.31 and the newest take the CronJob: $words',
  async ({ words }) => {
    const dir = await install('cloud', '--kubernetes', ...image, ...words);
    const files = readdirSync(dir);
    for (const newest of ['1.31', version ?? ''])
      expect(run(join(judges, 'kubernetes-validate'), ['--strict', '-k', newest, ...files], dir)).toMatchObject({
        status: 0,
      });
  },
);

test('and not one with a word that they do not know', async () => {
  const dir = await install('cloud', '--kubernetes', ...image);
  const path = join(dir, 'godwit-rebalance.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('concurrencyPolicy:', 'concurencyPolicy:'));
  const ended = run(join(judges, 'kubernetes-validate'), ['--strict', path], dir);
  expect(ended.status).not.toBe(0);
  expect(ended.stdout + ended.stderr).toContain('concurencyPolicy');
});

const workflows = (dir: string) =>
  run(join(judges, 'check-jsonschema'), ['--builtin-schema', 'vendor.github-workflows', ...readdirSync(dir)], dir);

test.for([{ words: [] }, { words: ['--timezone', 'Europe/Stockholm'] }, { words: ['--for', 'site-loss'] }])(
  'GitHub’s schema takes the workflow: $words',
  async ({ words }) => {
    expect(workflows(await install('local', '--github', ...words))).toMatchObject({ status: 0 });
  },
);

test('and not one with a word that it does not know', async () => {
  const dir = await install('local', '--github');
  const path = join(dir, 'godwit-rebalance.yml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('cancel-in-progress:', 'cancel-in-progres:'));
  expect(workflows(dir).status).toBe(1);
});

/** Says what it was given and ends with a code; its path is one that shells and crons like to misread. */
function strangeProgram(code: number) {
  const dir = join(folder(), '50% of Ann\'s "new" $HOME');
  mkdirSync(dir);
  const node = join(dir, 'node');
  writeFileSync(node, `#!/bin/sh\nprintf '%s\\n' "$@"\nexit ${code}\n`, { mode: 0o755 });
  const configPath = join(dir, 'godwit.yaml');
  const job = jobOf({ configPath, program: { node, launcher: join(dir, 'godwit.js'), user: 'ann' } });
  const words = [
    join(dir, 'godwit.js'),
    'rebalance',
    '--cron',
    '--deadline',
    '20m',
    '--jitter',
    '90s',
    '--config',
    configPath,
  ];
  return { dir, job, said: `${words.join('\n')}\n` };
}

test.for([
  { code: 0, status: 0 },
  { code: 75, status: 0 },
  { code: 6, status: 6 },
  { code: 11, status: 11 },
])('the workflow’s step runs it as it is, and ends with $status after $code', ({ code, status }) => {
  const { dir, job, said } = strangeProgram(code);
  const { jobs } = parse(workflowFile(job).text) as { jobs: { run: { steps: readonly { run: string }[] } } };
  // As GitHub starts `shell: bash`.
  const words = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', jobs.run.steps[0]?.run ?? ''];
  expect(run('bash', words, dir)).toEqual({ status, stdout: said, stderr: '' });
});

const readCrontab = `
import json, sys
from crontab import CronTab
tab = CronTab(tabfile=sys.argv[1])
print(json.dumps([[str(job.slices), job.command, job.stdin, job.is_valid(), dict(job.env)] for job in tab]))
`;

test('python-crontab reads one line in the crontab, and a shell runs it as it is', () => {
  const { dir, job, said } = strangeProgram(0);
  writeFileSync(join(dir, 'tab'), crontabFile({ ...job, fields: fieldsOf('*/10 8-18 * * Mon-Fri') }).text);
  const ended = run(join(judges, 'python'), ['-c', readCrontab, 'tab'], dir);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  const [entry, ...others] = JSON.parse(ended.stdout) as [
    string,
    string,
    string | null,
    boolean,
    Record<string, string>,
  ][];
  expect(others).toEqual([]);
  const [slices, command = '', input, isValid, env] = entry ?? [];
  expect([slices, isValid, env?.['PATH']]).toEqual(['*/10 8-18 * * 1-5', true, expect.stringContaining('/usr/bin')]);
  // What follows a bare percent sign would be its input.
  expect(input).toBeNull();
  expect(run('sh', ['-c', command], dir)).toEqual({ status: 0, stdout: said, stderr: '' });
});
