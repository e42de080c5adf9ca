import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseModelServerArgs } from '../../src/demo/model-server/options.ts';
import { startModelServer } from '../../src/demo/model-server/server.ts';
import { createClock } from '../../src/system/clock.ts';
import { root, spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { fakeTemplate, startFakeEc2 } from '../fakes/aws/server.ts';

const dir = mkdtempSync(join(tmpdir(), 'godwit-aws-'));
const path = join(dir, 'godwit.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The SDK's own chain has what it needs in the environment and asks nobody else. */
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'canary-of-a-secret', AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};

/** A new lease holder waits for as long as EC2's list may lag before it launches: half a minute of this test. */
const limitMs = 120_000;

test('starts a machine from the command line, past a zone that is sold out, and proves it by its completions', async () => {
  const ec2 = await startFakeEc2({ clock: createClock(), speed: 4 });
  ec2.region.address = '127.0.0.1';
  const server = await startModelServer(parseModelServerArgs(['--port', '0', '--model', 'tiny']));
  const text = `version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: 61030-61033 }
  virginia:
    provider: aws
    region: us-east-1
    zones: [us-east-1a, us-east-1b]
    machines: [p5.48xlarge]
    launch: { template: ${fakeTemplate} }
    port: ${server.port}
    endpoint: "${ec2.url}"
deployments:
  chat: { model: tiny, command: [sleep, "1"], sites: { oslo: {}, virginia: { standby: cold } } }
traffic: { listen: "127.0.0.1:0" }
`;
  writeFileSync(path, text, { mode: 0o600 });
  ec2.region.soldOut.add('p5.48xlarge us-east-1a');
  const godwit = (...argv: string[]) => spawnGodwit([...argv, '--config', path], { env, limitMs });
  const gateway = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'gateway', '--config', path], {
    stdio: 'ignore',
  });
  try {
    const started = await godwit('start', 'chat', '--site', 'virginia', '--yes');
    expect(started, started.stderr).toMatchObject({ code: 0 });
    expect(ec2.billed().map(({ terms: { type, zone } }) => [type, zone])).toEqual([['p5.48xlarge', 'us-east-1b']]);
    expect(JSON.stringify(started)).not.toContain('canary');
  } finally {
    gateway.kill('SIGKILL');
    await Promise.all([once(gateway, 'close'), ec2.close(), server.close('abort', 0)]);
  }
});
