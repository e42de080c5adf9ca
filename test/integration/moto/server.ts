/** moto as a process of its own on a free loopback port: a server of somebody else's that speaks the EC2 API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { until } from '../../driver/local-world.ts';

export interface Moto {
  readonly url: string;
  /** An account nobody has used, with an image, a default network and a launch template. */
  openAccount(): Promise<Account>;
  close(): Promise<void>;
}

/** Past any proxy: what is true at moto. */
export interface Account {
  readonly id: string;
  readonly template: string;
  /** Of all machines that were ever made in it. */
  machines(): Promise<readonly Truth[]>;
  /** Ids of those that run. */
  billed(): Promise<readonly string[]>;
  terminate(id: string): Promise<void>;
  /** One that no provider asked for; gives its id. */
  launch(tags: Readonly<Record<string, string>>): Promise<string>;
  close(): void;
}

export interface Truth {
  readonly id: string;
  readonly state: string;
  readonly type: string;
  readonly zone: string;
  readonly market: 'on-demand' | 'spot';
}

/** The header by which moto tells accounts apart where nobody assumed a role. */
export const accountHeader = 'x-moto-account-id';

const version = /^moto==(.+)$/m.exec(readFileSync(join(import.meta.dirname, 'requirements.txt'), 'utf8'))?.[1];
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const program = join(cache, 'godwit-ci', `moto-${version}`, 'venv/bin/moto_server');

export async function startMoto(): Promise<Moto> {
  if (!existsSync(program)) throw new Error(`${program} is not there: run test/integration/moto/install.sh`);
  // Its own stock of images is slow to load, once for each account.
  const env = { ...process.env, PYTHONUNBUFFERED: '1', MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' };
  const child = spawn(program, ['--port', '0'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await addressOf(child);
  let accounts = 0;
  return {
    url,
    openAccount() {
      accounts += 1;
      return openAccount(url, String(100_000_000_000 + accounts));
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** It says which port it was given once it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    // What it says of each request after that is not kept.
    if (said.length < 10_000) said += text;
  });
  const listening = () => {
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode}:\n${said}`);
    return /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
  };
  try {
    return await until(listening, 'moto listens', 30_000);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function openAccount(endpoint: string, id: string): Promise<Account> {
  const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' };
  const client = new EC2Client({ region: 'us-east-1', endpoint, maxAttempts: 1, credentials });
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[accountHeader] = id;
      return next(args);
    },
    { step: 'build' },
  );
  const { ImageId } = await client.send(new RegisterImageCommand({ Name: 'model-server' }));
  const { Subnets } = await client.send(new DescribeSubnetsCommand({}));
  if (Subnets?.every(({ DefaultForAz }) => DefaultForAz) !== true) throw new Error('moto has no default network');
  const { LaunchTemplate: { LaunchTemplateId: template = '' } = {} } = await client.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'model-server',
      LaunchTemplateData: { ...(ImageId === undefined ? {} : { ImageId }) },
    }),
  );
  const machines = async (): Promise<readonly Truth[]> => {
    const { Reservations = [], NextToken } = await client.send(new DescribeInstancesCommand({ MaxResults: 1000 }));
    if (NextToken !== undefined) throw new Error('more machines than one page has');
    return Reservations.flatMap(({ Instances = [] }) => Instances).map((each) => ({
      ...{ id: each.InstanceId ?? '', state: each.State?.Name ?? '', type: each.InstanceType ?? '' },
      zone: each.Placement?.AvailabilityZone ?? '',
      market: each.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    }));
  };
  return {
    ...{ id, template, machines },
    async billed() {
      const all = await machines();
      return all.flatMap((each) => (['pending', 'running'].includes(each.state) ? [each.id] : []));
    },
    async terminate(machine) {
      await client.send(new TerminateInstancesCommand({ InstanceIds: [machine] }));
    },
    async launch(tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { Instances } = await client.send(
        new RunInstancesCommand({
          ...{ MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: template } },
          TagSpecifications: [{ ResourceType: 'instance', Tags }],
        }),
      );
      return Instances?.[0]?.InstanceId ?? '';
    },
    close: () => client.destroy(),
  };
}
