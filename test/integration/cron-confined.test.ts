/** What the service of `godwit cron install --systemd` takes away from a job is nothing that it needs: as far as that can be done without systemd. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemdFiles } from '../../src/report/cron/systemd.ts';
import { jobOf } from '../report/cron/jobs.ts';
import { isMountExpected } from './support/small-disk.ts';

const launcher = resolve(import.meta.dirname, '../../bin/godwit.js');
const machines = 'zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: lt-0123456789abcdef0 }';
const config = (stateDir: string): string => `version: 1
state: { dir: ${stateDir} }
sites: { east: { provider: aws, region: us-east-1, ${machines} }, west: { provider: aws, region: us-east-1, ${machines} } }
deployments: { chat: { model: tiny, sites: { east: {}, west: { standby: hot } }, failover: { mode: auto } } }
drills: { site-loss: { deployment: chat, kind: simulation, fault: [{ type: blackhole, site: east, for: 30s }], hypothesis: ["recoveryTime <= 5m"] } }
`;

/** As `ProtectSystem=strict` with one folder to write to, `CapabilityBoundingSet=` and `NoNewPrivileges=yes` have it. */
const confined = `set -e
mount --bind "$STATE" "$STATE"
mount -o remount,bind,ro /
if touch "$STATE/../outside" 2>/dev/null; then exit 99; fi
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all strace -f -qq -o "$STATE/calls" "$@"`;

/** What a filter lets through, its groups opened. */
function callsOf(filter: string): readonly string[] {
  const listed = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager', filter], { encoding: 'utf8' });
  const [, ...lines] = listed.split('\n').map((line) => line.trim());
  return lines.flatMap((line) => (line.startsWith('@') ? callsOf(line) : /^[a-z]/.test(line) ? [line] : []));
}

/** As the service has it. */
function settingOf(name: string): string {
  const [service] = systemdFiles(jobOf());
  return new RegExp(`^${name}=(.+)$`, 'm').exec(service?.text ?? '')?.[1] ?? '';
}

describe.runIf(isMountExpected)('a job', () => {
  test('runs with one folder to write to, without rights, and by the calls that its filter lets through', () => {
    const dir = mkdtempSync(join(tmpdir(), 'godwit-confined-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const state = join(dir, 'state');
    mkdirSync(state, { mode: 0o700 });
    const path = join(dir, 'godwit.yaml');
    writeFileSync(path, config(state), { mode: 0o600 });
    const job = [process.execPath, launcher, 'drill', 'run', 'site-loss', '--yes', '--no-input', '--config', path];
    const ended = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', confined, 'sh', ...job], {
      ...{ env: { PATH: process.env['PATH'], HOME: dir, STATE: state }, encoding: 'utf8', timeout: 120_000 },
    });
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('PASSED'),
    });
    expect(readdirSync(join(state, 'drills'))).toContainEqual(expect.stringMatching(/^dr-/));
    const traced = readFileSync(join(state, 'calls'), 'utf8');
    const distinct = (pattern: RegExp): readonly string[] => [
      ...new Set([...traced.matchAll(pattern)].map(([, found = '']) => found)),
    ];
    const made = distinct(/^\d+ +([a-z_0-9]+)\(/gm);
    const allowed = new Set(callsOf(settingOf('SystemCallFilter')));
    expect(made.length).toBeGreaterThan(40);
    expect(made.filter((call) => !allowed.has(call))).toEqual([]);
    const families = settingOf('RestrictAddressFamilies').split(' ');
    expect(distinct(/ socket\((AF_\w+)/g).filter((family) => !families.includes(family))).toEqual([]);
  });
});
