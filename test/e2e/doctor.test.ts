import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { type FakeEc2, fakeTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { type printedPolicy, without } from '../providers/aws/support/policy.ts';
import { type Ended, root, spawnGodwit } from './support/spawn-godwit.ts';

/** A replica does nothing and ends by itself: nothing is left behind even if the test dies. */
function configOf(
  change: { readonly state?: string; readonly command?: string; readonly paris?: string } = {},
): string {
  return `
version: 1
state: { dir: ${change.state ?? 'state'} }
sites:
  oslo: { provider: local, ports: 19880-19883 }
  paris: ${change.paris ?? '{ provider: local, ports: 19884-19887 }'}
deployments:
  chat: { model: tiny, command: [${change.command ?? 'sleep, "40"'}], sites: { oslo: {}, paris: { standby: cold } } }
traffic: { listen: "127.0.0.1:0" }
`;
}

let dir = '';
let path = '';
const started: ChildProcess[] = [];
const gateways = new Set<number>();
let ec2: FakeEc2 | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-doctor-'));
  path = join(dir, 'godwit.yaml');
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    const ended = new Promise((done) => child.once('close', done));
    child.kill('SIGKILL');
    await ended;
  }
  for (const pid of gateways) process.kill(pid, 'SIGKILL');
  gateways.clear();
  await ec2?.close();
  ec2 = undefined;
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'fake', AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};

function doctor(...argv: readonly string[]): Promise<Ended> {
  return spawnGodwit(['doctor', '--config', path, ...argv], { env });
}

/** Lines may be broken anywhere. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function save(text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

test('on the embedded default, with a controller at work, all is well: exit 0', async () => {
  save(configOf());
  const run = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'run', '--config', path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(run);
  run.stderr.on('data', (part: Buffer) => {
    for (const [, pid] of part.toString().matchAll(/gateway started \(pid (\d+)\)/g)) gateways.add(Number(pid));
  });
  await expect.poll(() => gateways.size, { timeout: 20_000 }).toBe(1);
  let last: Ended | undefined;
  await expect
    .poll(
      async () => {
        last = await doctor();
        return last.code === 0 ? 0 : last.stdout;
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(0);
  expect(last?.stdout).toMatch(/controller chat: led by/);
  expect(last?.stdout).toMatch(/ ok, 0 bad, 0 unknown\n$/);
  expect(last?.stderr).toBe('Nothing was changed.\n');
}, 60_000);

test('before anything runs it says what is missing, and makes nothing: exit 1', async () => {
  save(configOf({ command: 'no-such-server' }));
  const { code, stdout } = await doctor();
  expect(code).toBe(1);
  expect(stdout).toContain('bad       controller chat: no controller ever led it: nothing is watched');
  expect(flat(stdout)).toContain('no gateway answers on its admin socket');
  expect(stdout).toContain('bad       parts oslo: program no-such-server is not there or not usable');
  expect(stdout).toContain('why    not found in PATH');
  expect(existsSync(join(dir, 'state'))).toBe(false);
});

test('a state folder that cannot be made is told with its path: exit 1', async () => {
  save(configOf({ state: 'godwit.yaml/state' }));
  const { code, stdout } = await doctor('--only', 'store', '-o', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout).findings).toEqual([
    {
      ...{ area: 'store', outcome: 'bad', where: `${path}/state`, what: 'no state can be kept there' },
      ...{ why: `${path} is no directory`, do: 'point state.dir of the configuration at a directory' },
    },
  ]);
});

test('a site of another name is a slip of the pen: exit 2', async () => {
  save(configOf());
  const { code, stderr } = await doctor('--site', 'olso');
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean "oslo"');
});

const areas = ['--site', 'paris', '--only', 'access,excess,parts,quota,clock'];

async function startRegion(): Promise<FakeEc2> {
  ec2 = await startFakeEc2({ clock: createClock(), speed: 1 });
  save(
    configOf({
      paris: `{ provider: aws, region: us-east-1, zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: ${fakeTemplate} }, endpoint: "${ec2.url}" }`,
    }),
  );
  return ec2;
}

/** What `godwit policy print aws` gives for this very configuration. */
async function printed() {
  const { stdout } = await spawnGodwit(['policy', 'print', 'aws', '--config', path]);
  return JSON.parse(stdout) as ReturnType<typeof printedPolicy>;
}

test('a region that allows what is printed for it, and no more, is well: exit 0, and no machine was made', async () => {
  const region = await startRegion();
  region.region.policy = await printed();
  const { code, stdout } = await doctor(...areas);
  expect(flat(stdout)).toContain('ec2:RunInstances, ec2:DescribeLaunchTemplateVersions');
  expect(stdout).toContain(`parts paris: there: launch template ${fakeTemplate}`);
  expect(stdout).toContain('clock paris: its clock is');
  // There is no machine yet, and EC2 does not tell quotas: said each time, and no reason for another exit.
  expect(flat(stdout)).toContain('no machine of this site is there to ask it of');
  expect(stdout).toContain('not asked quota paris');
  expect(code).toBe(0);
  expect(region.calls).toContain('RunInstances');
  expect(region.region.machines).toEqual([]);
});

test('a right that was withdrawn is named, with the words of the cloud and what to do: exit 4', async () => {
  const region = await startRegion();
  region.region.policy = without('ec2:RunInstances', await printed());
  const { code, stdout } = await doctor(...areas);
  expect(code).toBe(4);
  expect(stdout).toContain('bad       access paris: ec2:RunInstances is missing (create)');
  expect(flat(stdout)).toContain('is not authorized to perform: ec2:RunInstances');
  expect(stdout).toContain('godwit policy print aws --site paris');
});

test('credentials that are not accepted: exit 4; a region that does not answer: exit 11', async () => {
  const region = await startRegion();
  const answer = { status: 401, code: 'AuthFailure', message: 'AWS was not able to validate the credentials' };
  const lift = region.fault({ action: 'DescribeInstances', when: 'before', answer, times: 9 });
  expect(await doctor(...areas)).toMatchObject({
    code: 4,
    stdout: expect.stringContaining('access paris: the credentials are not accepted'),
  });
  lift();
  region.fault({ action: 'DescribeInstances', when: 'before', answer: 'drop', times: 9 });
  expect(await doctor(...areas)).toMatchObject({
    code: 11,
    stdout: expect.stringContaining('unknown   access paris: the provider was asked and did not say'),
  });
});
