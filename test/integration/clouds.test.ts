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
import { fakeSite, startFakeAzure, startFakeIdentity } from '../fakes/azure/server.ts';

const dir = mkdtempSync(join(tmpdir(), 'godwit-clouds-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A cloud on loopback whose machines answer on this one, and whose first zone is sold out. */
interface Cloud {
  /** Of the site, without the port that its machines answer on. */
  readonly settings: readonly string[];
  /** What the SDK's own chain of credentials needs, so that it asks nobody else; what is secret of it says canary. */
  readonly env: Readonly<Record<string, string>>;
  /** Machines that cost money: type and zone. */
  made(): readonly (readonly (string | undefined)[])[];
  close(): Promise<void>;
}

const clouds: Readonly<Record<string, () => Promise<Cloud>>> = {
  async aws() {
    const ec2 = await startFakeEc2({ clock: createClock(), speed: 4 });
    ec2.region.address = '127.0.0.1';
    ec2.region.soldOut.add('p5.48xlarge us-east-1a');
    return {
      settings: [
        'provider: aws, region: us-east-1, zones: [us-east-1a, us-east-1b], machines: [p5.48xlarge]',
        `launch: { template: ${fakeTemplate} }, endpoint: "${ec2.url}"`,
      ],
      env: {
        ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'canary-of-a-secret' },
        ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null' },
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      },
      made: () => ec2.billed().map(({ terms: { type, zone } }) => [type, zone]),
      close: () => ec2.close(),
    };
  },
  async azure() {
    const azure = await startFakeAzure({ clock: createClock(), speed: 4 });
    azure.group.address = '127.0.0.1';
    azure.group.soldOut.add('Standard_NC40ads_H100_v5 1');
    const { launch, region, resourceGroup, subscription } = fakeSite;
    return {
      settings: [
        `provider: azure, region: ${region}, subscription: ${subscription}, resourceGroup: ${resourceGroup}`,
        `zones: [1, 2], machines: [Standard_NC40ads_H100_v5], endpoint: "${azure.url}"`,
        `launch: { image: ${launch.image}, subnet: ${launch.subnet} }`,
      ],
      env: (await startFakeIdentity()).env,
      made: () => azure.group.billedMachines().map(({ terms: { size, zone } }) => [size, zone]),
      close: () => azure.close(),
    };
  },
};

/** A new lease holder waits for as long as a cloud's list may lag before it launches: half a minute of this test. */
const limitMs = 120_000;

test.for([
  ['aws', 61_030, [['p5.48xlarge', 'us-east-1b']]],
  ['azure', 61_080, [['Standard_NC40ads_H100_v5', '2']]],
] as const)(
  'starts a machine from the command line, past a zone that is sold out, and proves it by its completions: %s',
  async ([name, firstPort, made]) => {
    const cloud = await clouds[name]?.();
    if (cloud === undefined) throw new Error(`no cloud ${name}`);
    const server = await startModelServer(parseModelServerArgs(['--port', '0', '--model', 'tiny']));
    const path = join(dir, `${name}.yaml`);
    const text = `version: 1
state: { dir: state-${name} }
sites:
  oslo: { provider: local, ports: ${firstPort}-${firstPort + 3} }
  far: { ${cloud.settings.join(', ')}, port: ${server.port} }
deployments:
  chat: { model: tiny, command: [sleep, "1"], sites: { oslo: {}, far: { standby: cold } } }
traffic: { listen: "127.0.0.1:0" }
`;
    writeFileSync(path, text, { mode: 0o600 });
    const gateway = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'gateway', '--config', path], {
      stdio: 'ignore',
    });
    try {
      const started = await spawnGodwit(['start', 'chat', '--site', 'far', '--yes', '--config', path], {
        ...{ env: cloud.env, limitMs },
      });
      expect(started, started.stderr).toMatchObject({ code: 0 });
      expect(cloud.made()).toEqual(made);
      expect(JSON.stringify(started)).not.toContain('canary');
    } finally {
      gateway.kill('SIGKILL');
      await Promise.all([once(gateway, 'close'), cloud.close(), server.close('abort', 0)]);
    }
  },
);
