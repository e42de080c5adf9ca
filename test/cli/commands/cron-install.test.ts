import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Config } from '../../../src/model/config.ts';
import type { ProgramFacts } from '../../../src/model/program-facts.ts';
import { drillOf } from '../../model/support/drills.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config, site } from '../support/models.ts';

const schedule = { cron: '0 10 * * Wed', timezone: 'Europe/Berlin', skipDates: [] };
const cloud: Config = {
  ...config({ sites: [{ ...site('virginia'), provider: 'aws' }] }),
  ...{ path: '/etc/godwit/godwit.yaml', stateDir: '/var/lib/godwit', environment: 'production' },
  drills: [
    { ...drillOf({ name: 'site-loss' }), schedule },
    { ...drillOf({ name: 'first-wednesday' }), schedule: { ...schedule, cron: '0 10 * * Wed#1' } },
    { ...drillOf({ name: 'long-long-long-long-long-long-long-long-long-name' }), schedule },
    drillOf({ name: 'by-hand' }),
  ],
};

async function type(argv: readonly string[], over: Partial<Config> = {}, here: Partial<ProgramFacts> = {}) {
  const facts = {
    node: '/usr/bin/node',
    launcher: '/usr/bin/godwit',
    user: 'sre',
    ownerOf: () => undefined,
    timezone: 'Europe/Stockholm',
  };
  const app = fakeApp({
    reading: { kind: 'valid', config: { ...cloud, ...over }, warnings: { text: '', findings: [] } },
    program: async () => ({ ...facts, ...here }),
  });
  return { code: await runCommand(['cron', 'install', ...argv], app), ...app.printed };
}

const kubernetes = ['--kubernetes', '--image', 'registry.example.com/godwit:1'];

test('prints a service and its timer, and installs nothing', async () => {
  const { code, out, err } = await type(['--systemd']);
  expect(code).toBe(0);
  expect(out).toContain(
    'ExecStart=/usr/bin/node /usr/bin/godwit rebalance --cron --deadline 20m --config /etc/godwit/godwit.yaml\n',
  );
  expect(out).toMatch(
    /\nTimeoutStartSec=1500\n.*\nOnCalendar=\*-\*-\* \*:17:00 UTC\n.*\nRandomizedDelaySec=90\nFixedRandomDelay=yes\n/s,
  );
  expect(out).not.toMatch(/^Persistent=/m);
  expect(err).toBe('Nothing was installed: the first lines of each file say where it belongs.\n');
});

test('it runs as who owns the state, else the configuration, else as who typed this', async () => {
  const user = async (owners: Readonly<Record<string, string>>): Promise<string | undefined> =>
    /^User=(.+)$/m.exec((await type(['--systemd'], {}, { ownerOf: (path) => owners[path] })).out)?.[1];
  expect(await user({ '/var/lib/godwit': 'godwit', '/etc/godwit/godwit.yaml': 'root' })).toBe('godwit');
  expect(await user({ '/etc/godwit/godwit.yaml': 'ann' })).toBe('ann');
  expect(await user({})).toBe('sre');
});

const run = {
  everyMs: 4 * 3_600_000,
  jitterMs: 300_000,
  deadlineMs: 420_000,
  idleBelowRatio: 0.3,
  lockStaleAfterMs: 1,
};
const files = { logFile: '/var/log/godwit/rebalance.log', textfileDir: '/var/lib/node exporter' };
const policy = {
  objective: { latencyUsdPerMsHour: 0, moveUsd: 0, paybackMs: 1 },
  constraints: { vendorMaxRatio: {}, headroomRatio: 0, minimumSites: 1 },
  ...{ maxChange: {}, demandRps: {}, minimumGainUsdPerHour: 0 },
};

test('what the configuration says of a run is kept to: how often, its deadline, its spread, and what it writes', async () => {
  const over = { rebalance: { ...policy, run: { ...run, ...files } } };
  const { out } = await type(['--systemd'], over);
  expect(out).toContain('rebalance --cron --config /etc/godwit/godwit.yaml\n');
  // The deadline, the spread and the step under way.
  expect(out).toMatch(/^TimeoutStartSec=1020$/m);
  expect(out).not.toContain('RandomizedDelaySec');
  expect(out).toMatch(/^OnCalendar=\*-\*-\* 00\.\.20\/4:17:00 UTC$/m);
  expect(out).toContain('ReadWritePaths=-/var/log/godwit\nReadWritePaths="-/var/lib/node exporter"\n');
  expect((await type(['--crontab'], over)).out).toMatch(/^17 \*\/4 \* \* \* .*--cron --config/m);
  expect((await type(kubernetes, over)).out).toContain(
    'give it volumes for what its configuration has it write, /var/log/godwit, /var/lib/node exporter.',
  );
  expect((await type(['--systemd', '--deadline', '30m', '--jitter', '1m'], over)).out).toMatch(
    /--cron --deadline 30m --config[\s\S]*RandomizedDelaySec=60/,
  );
});

test.for([3_600_000, 5 * 3_600_000, 300_000])('a run that counts every %d ms is begun hourly', async (everyMs) => {
  const { out } = await type(['--crontab'], { rebalance: { ...policy, run: { ...run, everyMs } } });
  expect(out).toMatch(/^17 \* \* \* \* /m);
});

test('what spreads hosts is the timer, or the command where there is none', async () => {
  expect((await type(['--systemd', '--jitter', '2m'])).out).toMatch(/^RandomizedDelaySec=120$/m);
  expect((await type(['--systemd', '--jitter', '2m'])).out).not.toContain('--jitter');
  for (const argv of [['--crontab'], ['--github'], kubernetes])
    expect((await type([...argv, '--jitter', '2m', '--deadline', '1h'])).out).toMatch(
      /--deadline\W+1h\W+--jitter\W+2m/,
    );
});

test('the time it may take is its deadline, its wait where it waits itself, and five minutes', async () => {
  const times = ['--jitter', '2m', '--deadline', '1h'];
  expect((await type(['--systemd', ...times])).out).toMatch(/^TimeoutStartSec=3900$/m);
  expect((await type([...kubernetes, ...times])).out).toMatch(/activeDeadlineSeconds: 4020\n/);
  expect((await type(['--github', ...times])).out).toMatch(/timeout-minutes: 67\n/);
});

test('a schedule and its zone are those that were typed', async () => {
  const typed = ['--schedule', '5 4 * * mon', '--timezone', 'europe/stockholm'];
  expect((await type(['--systemd', ...typed])).out).toMatch(/^OnCalendar=Mon \*-\*-\* 04:05:00 Europe\/Stockholm$/m);
  expect((await type([...kubernetes, ...typed])).out).toMatch(
    /schedule: "5 4 \* \* 1"\n {2}timeZone: "Europe\/Stockholm"\n/,
  );
  expect((await type(['--github', ...typed])).out).toMatch(/cron: "5 4 \* \* 1"\n {6}timezone: "Europe\/Stockholm"\n/);
  expect((await type(['--crontab', ...typed])).out).toMatch(
    /\(Europe\/Stockholm\)\.\n.*\n5 4 \* \* 1 \/usr\/bin\/node /s,
  );
});

test('a crontab goes by the clock of the machine, and nothing else', async () => {
  expect((await type(['--crontab'])).out).toContain('(Europe/Stockholm)');
  expect((await type(['--crontab', '--timezone', 'Etc/UTC'], {}, { timezone: 'UTC' })).code).toBe(0);
  expect((await type(['--crontab', '--timezone', 'Asia/Kolkata'], {}, { timezone: 'Asia/Calcutta' })).code).toBe(0);
  const { code, err } = await type(['--crontab', '--timezone', 'UTC']);
  expect(code).toBe(2);
  expect(err).toContain('a crontab goes by the machine’s clock, Europe/Stockholm, and not by UTC');
});

test('a drill is run when it is due, by its own schedule', async () => {
  const { code, out } = await type(['--systemd', '--for', 'site-loss']);
  expect(code).toBe(0);
  expect(out).toContain(' drill run site-loss --scheduled --yes --no-input --config /etc/godwit/godwit.yaml\n');
  expect(out).toMatch(/^OnCalendar=Wed \*-\*-\* 10:00:00 Europe\/Berlin$/m);
  expect(out).toMatch(/^TimeoutStartSec=infinity$/m);
  expect(out).toMatch(/^KillMode=process$/m);
  expect(out).not.toContain('RandomizedDelaySec');
});

test('where everything needs consent a drill has it from whoever installs the files', async () => {
  const { out } = await type(['--systemd', '--for', 'site-loss'], { isProtected: true });
  expect(out).toContain(' drill run site-loss --scheduled --confirm chat --reason "as scheduled" --no-input --config ');
});

test('a drill whose schedule no scheduler has can be looked at by another', async () => {
  const refused = await type(['--systemd', '--for', 'first-wednesday']);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('no scheduler has the schedule "0 10 * * Wed#1" of first-wednesday');
  const daily = await type(['--systemd', '--for', 'first-wednesday', '--schedule', '0 10 * * 3']);
  expect(daily.out).toMatch(/^OnCalendar=Wed \*-\*-\* 10:00:00 UTC$/m);
});

test.for([
  { argv: [], says: 'for which scheduler? Say one of --systemd, --kubernetes, --crontab, --github' },
  { argv: ['--systemd', '--crontab'], says: 'for which scheduler?' },
  { argv: ['--systemd', '--schedule', '61 * * * *'], says: 'its minute is "61"; write 0-59' },
  { argv: ['--systemd', '--schedule', '0 0 */2 * Mon'], says: 'some crons take either, some want both' },
  { argv: ['--systemd', '--timezone', 'Mars/Olympus'], says: 'there is no time zone "Mars/Olympus"' },
  { argv: ['--systemd', '--timezone', '+01:00'], says: 'there is no time zone "+01:00"' },
  { argv: ['--systemd', '--image', 'x'], says: '--image is for --kubernetes, not for --systemd' },
  { argv: ['--kubernetes'], says: '--kubernetes needs --image' },
  { argv: ['--kubernetes', '--image', 'a b'], says: 'what follows --image is no image' },
  { argv: ['--github', '--schedule', '*/4 * * * *'], says: 'GitHub runs nothing more often than every 5 minutes' },
  { argv: ['--systemd', '--for', 'by-hand'], says: 'by-hand has no schedule' },
  { argv: ['--systemd', '--for', 'site-los'], says: 'there is no drill "site-los"' },
  { argv: ['--systemd', '--for', 'site-loss', '--deadline', '20m'], says: 'site-loss is a drill' },
  { argv: ['--systemd', '--for', 'site-loss', '--jitter', '20m'], says: 'site-loss is a drill' },
  { argv: ['--crontab', '--for', 'site-loss'], says: 'not by Europe/Berlin' },
  {
    argv: [...kubernetes, '--for', 'long-long-long-long-long-long-long-long-long-name'],
    says: 'is longer than the 52 letters that a CronJob may have',
  },
])('refuses $argv', async ({ argv, says }) => {
  const { code, out, err } = await type(argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(says);
});

test.for([
  {
    argv: ['--crontab'],
    path: '/srv/a\nb/godwit.yaml',
    says: 'no file for a scheduler can hold "/srv/a\\nb/godwit.yaml"',
  },
  { argv: ['--systemd'], path: '/srv/a"b/godwit.yaml', says: 'no unit of systemd can hold' },
  { argv: ['--systemd'], path: "/srv/a'b/godwit.yaml", says: 'no unit of systemd can hold' },
  { argv: ['--systemd'], path: '/srv/a\\b/godwit.yaml', says: 'no unit of systemd can hold' },
  { argv: ['--github'], path: '/srv/${{ x }}/godwit.yaml', says: 'a workflow would read an expression in' },
  { argv: ['--systemd'], path: '-', says: 'what comes on standard input is not there' },
])('refuses a configuration in $path for $argv', async ({ argv, path, says }) => {
  const { code, err } = await type(argv, { path });
  expect(code).toBe(2);
  expect(err).toContain(says);
});

test('a cluster cannot start what is to run on this machine', async () => {
  const { code, err } = await type(kubernetes, { sites: [site('oslo')] });
  expect(code).toBe(2);
  expect(err).toContain('oslo is this machine');
  expect((await type(['--systemd'], { sites: [site('oslo')] })).out).toMatch(/^KillMode=process$/m);
});

test('-o json has the files as text, -o name their names', async () => {
  const { out } = await type(['--systemd', '-o', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    ...{ kind: 'CronFiles', scheduler: 'systemd', name: 'godwit-rebalance', schedule: '17 * * * *', timezone: 'UTC' },
    files: [
      { name: 'godwit-rebalance.service', text: expect.stringContaining('[Service]\n') },
      { name: 'godwit-rebalance.timer', text: expect.stringContaining('[Timer]\n') },
    ],
    written: null,
  });
  expect((await type(['--systemd', '-o', 'name'])).out).toBe('godwit-rebalance.service\ngodwit-rebalance.timer\n');
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-cron-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('--out writes what is printed, for systemd to read', async () => {
  const dir = folder();
  const { out: printed } = await type(['--systemd']);
  const { code, out } = await type(['--systemd', '--out', dir]);
  expect({ code, out }).toEqual({ code: 0, out: `${dir}/godwit-rebalance.service\n${dir}/godwit-rebalance.timer\n` });
  const [service, timer] = readdirSync(dir)
    .sort()
    .map((name) => readFileSync(join(dir, name), 'utf8'));
  expect(`${service}\n${timer}`).toBe(printed);
  expect(statSync(join(dir, 'godwit-rebalance.timer')).mode & 0o777).toBe(0o644);
});

test('--out overwrites nothing, and then writes none of them', async () => {
  const dir = folder();
  writeFileSync(join(dir, 'godwit-rebalance.timer'), 'mine');
  const { code, err } = await type(['--systemd', '--out', dir]);
  expect(code).toBe(2);
  expect(err).toContain('what is there is not overwritten');
  expect(readdirSync(dir)).toEqual(['godwit-rebalance.timer']);
  expect(readFileSync(join(dir, 'godwit-rebalance.timer'), 'utf8')).toBe('mine');
});

test('--out makes no folder', async () => {
  const { code, err } = await type(['--crontab', '--out', join(folder(), 'missing')]);
  expect(code).toBe(2);
  expect(err).toContain('name a folder that is there');
});
