import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { parseModelServerArgs } from '../../src/demo/model-server/options.ts';
import { startModelServer } from '../../src/demo/model-server/server.ts';
import { type MotoWorld, openMotoWorld } from './moto/world.ts';

/** moto's machines are said to answer here, where a model server really does. */
const address = '127.0.0.2';
/** A new lease holder waits for as long as EC2's list may lag before it launches: half a minute of this test. */
const limitMs = 120_000;
let world: MotoWorld;

beforeAll(async () => {
  const server = await startModelServer(parseModelServerArgs(['--port', '0', '--host', address, '--model', 'tiny']));
  world = await openMotoWorld({
    virginia: ['market: [on-demand, spot]', `port: ${server.port}`],
    sites: '{ oslo: {}, virginia: { standby: cold } }',
    failover: '{ proof: { completions: 2 }, move: { steps: [100%], holdEach: 0s } }',
    ...{ address, limitMs },
  });
  return async () => {
    await world.close();
    await server.close('abort', 0);
  };
});

/** The site that a completion came from. */
async function served(): Promise<string | null> {
  const messages = [{ role: 'user', content: 'hello' }];
  const answer = await fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'tiny', max_tokens: 4, messages }),
  });
  expect(answer.status, await answer.text()).toBe(200);
  return answer.headers.get('x-godwit-site');
}

async function sites(): Promise<readonly object[]> {
  const { stdout } = await world.godwit('status', 'chat', '-o', 'json');
  return (JSON.parse(stdout) as { sites: readonly object[] }).sites;
}

/** In which markets the machines that run were had. */
async function running(): Promise<readonly string[]> {
  const all = await world.account.machines();
  return all.flatMap(({ state, market }) => (state === 'running' ? [market] : []));
}

test('a machine at moto is launched, proven, given the traffic, replaced by a spot machine, relieved of the traffic and deleted', async () => {
  const { account } = world;
  const run = await world.startRun();
  onTestFinished(async () => {
    run.kill('SIGKILL');
    await run.ended;
  });
  const change = async (...argv: string[]): Promise<void> => {
    const ended = await world.godwit(...argv, '--yes', '--reason', 'test');
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
  const refused = await world.godwit('stop', 'chat', '--site', 'virginia', '--yes', '--reason', 'test');
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
  const { account } = world;
  const tags = {
    ...{ 'godwit:deployment': 'chat', 'godwit:site': 'virginia', 'godwit:slot': '7' },
    ...{ 'godwit:start-key': 'op-lost/0/7', 'godwit:epoch': '1' },
  };
  const id = await account.launch(tags);
  const orphans = async () => {
    const { stdout } = await world.godwit('orphans', 'list', '-o', 'json');
    return (JSON.parse(stdout) as { items: readonly object[] }).items;
  };
  expect(await orphans()).toMatchObject([{ id, billed: 'yes' }]);
  const deleted = await world.godwit('orphans', 'delete', id, '--confirm', 'chat', '--reason', 'test');
  expect(deleted, deleted.stderr).toMatchObject({ code: 0 });
  expect(await account.billed()).toEqual([]);
  expect(await orphans()).toEqual([]);
});
