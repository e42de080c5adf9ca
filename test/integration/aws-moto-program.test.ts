import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { parseModelServerArgs } from '../../src/demo/model-server/options.ts';
import { type ModelServer, startModelServer } from '../../src/demo/model-server/server.ts';
import { createClock } from '../../src/system/clock.ts';
import { freePortRanges, until } from '../driver/local-world.ts';
import { type Ended, root, spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { type Ec2Proxy, openProxy } from './moto/proxy.ts';
import { type Account, type Moto, startMoto } from './moto/server.ts';
import { startProgram } from './support/program.ts';
import { killAll } from './support/program-world.ts';

/** moto's machines are said to answer here, where a model server really does. */
const address = '127.0.0.2';
const secret = 'canary-of-a-secret';
/** The SDK's own chain has what it needs in the environment and asks nobody else. */
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: secret, AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};
/** A new lease holder waits for as long as EC2's list may lag before it launches: half a minute of this test. */
const limitMs = 120_000;

const dir = mkdtempSync(join(tmpdir(), 'godwit-moto-'));
const path = join(dir, 'godwit.yaml');
let moto: Moto;
let account: Account;
let proxy: Ec2Proxy;
let server: ModelServer;
let url = '';

beforeAll(async () => {
  moto = await startMoto();
  account = await moto.openAccount();
  proxy = await openProxy({ moto: moto.url, account: account.id, clock: createClock(), address });
  server = await startModelServer(parseModelServerArgs(['--port', '0', '--host', address, '--model', 'tiny']));
  const [gateway = 0, oslo = 0] = await freePortRanges(2);
  url = `http://127.0.0.1:${gateway}`;
  const words = ['model-server', '--port', '${port}', '--model', '${model}', '--name', basename(dir)];
  const text = `version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: ${oslo}-${oslo + 3} }
  virginia:
    provider: aws
    region: us-east-1
    zones: [us-east-1a, us-east-1b]
    machines: [p5.48xlarge]
    market: [on-demand, spot]
    launch: { template: ${account.template} }
    port: ${server.port}
    endpoint: "${proxy.url}"
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify([process.execPath, join(root, 'bin/godwit.js'), ...words])}
    probe: { every: 500ms, timeout: 3s }
    sites: { oslo: {}, virginia: { standby: cold } }
    failover:
      proof: { completions: 2 }
      move: { steps: [100%], holdEach: 0s }
traffic: { listen: "127.0.0.1:${gateway}" }
`;
  writeFileSync(path, text, { mode: 0o600 });
  return async () => {
    await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
    await Promise.all([server.close('abort', 0), proxy.close()]);
    account.close();
    await moto.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
});

async function godwit(...argv: string[]): Promise<Ended> {
  const ended = await spawnGodwit([...argv, '--config', path], { env, limitMs });
  expect(JSON.stringify(ended)).not.toContain(secret);
  return ended;
}

/** The site that a completion came from. */
async function served(): Promise<string | null> {
  const messages = [{ role: 'user', content: 'hello' }];
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'tiny', max_tokens: 4, messages }),
  });
  expect(answer.status, await answer.text()).toBe(200);
  return answer.headers.get('x-godwit-site');
}

async function sites(): Promise<readonly object[]> {
  const { stdout } = await godwit('status', 'chat', '-o', 'json');
  return (JSON.parse(stdout) as { sites: readonly object[] }).sites;
}

/** In which markets the machines that run were had. */
async function running(): Promise<readonly string[]> {
  const all = await account.machines();
  return all.flatMap(({ state, market }) => (state === 'running' ? [market] : []));
}

test('a machine at moto is launched, proven, given the traffic, replaced by a spot machine, relieved of the traffic and deleted', async () => {
  const run = startProgram(['run', '--config', path], { env: { ...process.env, ...env } });
  onTestFinished(async () => {
    run.kill('SIGKILL');
    await run.ended;
  });
  await run.says(/automatic start done/, limitMs);
  const change = async (...argv: string[]): Promise<void> => {
    const ended = await godwit(...argv, '--yes', '--reason', 'test');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('done after') });
  };
  expect(await account.machines(), 'cold: nothing is there').toEqual([]);
  await change('start', 'chat', '--site', 'virginia');
  expect(await account.billed()).toHaveLength(1);
  expect(await served()).toBe('oslo');
  await change('switchover', 'chat', '--to', 'virginia');
  expect(await served()).toBe('virginia');
  const virginia = { name: 'virginia', wantedRatio: 1, state: 'healthy' };
  // A busy gateway may not answer the first time.
  await expect.poll(sites, { timeout: limitMs }).toContainEqual(expect.objectContaining(virginia));
  // The new one is proven before the old one goes: the site serves all the time.
  await change('scale', 'chat', '--site', 'virginia', '--replicas', '1', '--markets', 'spot=1');
  expect(await running()).toEqual(['spot']);
  expect(await served()).toBe('virginia');
  await change('switchover', 'chat', '--to', 'oslo');
  // It is what would take over from oslo: to delete it is severe.
  const refused = await godwit('stop', 'chat', '--site', 'virginia', '--yes', '--reason', 'test');
  expect(refused, refused.stderr).toMatchObject({ code: 3 });
  expect(await account.billed()).toHaveLength(1);
  await change('stop', 'chat', '--site', 'virginia', '--confirm', 'chat');
  expect(await account.billed()).toEqual([]);
  expect(await account.machines()).toMatchObject(
    Array.from({ length: 2 }, () => ({ state: 'terminated', type: 'p5.48xlarge', zone: 'us-east-1a' })),
  );
  expect(await served()).toBe('oslo');
  run.kill('SIGTERM');
  expect(await run.ended).toBe(0);
});

test('a machine that nothing on record accounts for is listed, and deleted for who types its deployment', async () => {
  const tags = {
    ...{ 'godwit:deployment': 'chat', 'godwit:site': 'virginia', 'godwit:slot': '7' },
    ...{ 'godwit:start-key': 'op-lost/0/7', 'godwit:epoch': '1' },
  };
  const id = await account.launch(tags);
  const orphans = async () => {
    const { stdout } = await godwit('orphans', 'list', '-o', 'json');
    return (JSON.parse(stdout) as { items: readonly object[] }).items;
  };
  expect(await orphans()).toMatchObject([{ id, billed: 'yes' }]);
  const deleted = await godwit('orphans', 'delete', id, '--confirm', 'chat', '--reason', 'test');
  expect(deleted, deleted.stderr).toMatchObject({ code: 0 });
  expect(await account.billed()).toEqual([]);
  expect(await orphans()).toEqual([]);
});
