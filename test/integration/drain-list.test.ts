/** What a drain tells of each stream, by the program with real model servers and a real gateway. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver } from '../../src/traffic/gateway/driver.ts';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';

let world: ProgramWorld;
const clock = createClock();

beforeEach(async () => {
  world = await openProgramWorld({ drain: '{ waitForStreams: 15s }' });
});

afterEach(async () => {
  await world.close();
});

const secret = 'the secret of the pyramids';

interface Stream {
  bytes: number;
  readonly ended: Promise<string>;
}

/** At a hundred tokens a second; its first bytes have come. */
async function stream(tokens: number): Promise<Stream> {
  const response = await fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ model: 'tiny', stream: true, max_tokens: tokens },
      messages: [{ role: 'user', content: secret.repeat(400) }],
    }),
  });
  const read = async (): Promise<string> => {
    let text = '';
    for await (const part of response.body ?? []) {
      found.bytes += part.length;
      text += Buffer.from(part).toString();
    }
    return text;
  };
  const found: Stream = { bytes: 0, ended: Promise.resolve('') };
  const ended = read();
  // A test that fails closes its world before anybody waits for the end.
  ended.catch(() => undefined);
  Object.assign(found, { ended });
  await until(() => found.bytes > 0, 'the first bytes');
  return found;
}

interface Shown {
  readonly drains: readonly {
    readonly site: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly requests: readonly { readonly end: string; readonly bytes: number; readonly replica: string }[];
  }[];
}

const show = async (): Promise<Shown> =>
  JSON.parse((await world.godwit('op', 'show', 'last', '-o', 'json')).stdout) as Shown;
const drain = ['drain', 'chat', '--site', 'oslo', '--reason', 'kernel update', '--yes'];

test('a drain tells which stream finished and which was cut, at its end, in `op show` and for machines', async () => {
  await world.startServing();
  const finishes = await stream(1200);
  const isCut = await stream(8000);
  const ended = await world.godwit(...drain);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain('Requests at oslo when its drain began: 1 cut at the deadline, 1 finished');
  expect(ended.stdout).toMatch(/oslo-\S+ +\d\S*s +\d+ +cut at the deadline/);
  expect(await finishes.ended).toContain('[DONE]');
  expect(await isCut.ended).toContain('site_drained');
  const told = (await world.godwit('op', 'show', 'last')).stdout;
  expect(told).toContain('2 ran, 1 finished, 1 still running');
  expect(told).toMatch(/oslo-\S+ +\d\S*s +\d+ +finished/);
  const { drains } = await show();
  expect(drains).toMatchObject([{ site: 'oslo', counts: { cut: 1, finished: 1, running: 0 }, requests: [{}, {}] }]);
  expect(drains[0]?.requests[1]?.bytes).toBe(finishes.bytes);
  expect(JSON.stringify(drains)).not.toContain(secret);
}, 150_000);

test('kill -9 in the middle of a drain loses no line: the gateway has written down what ended meanwhile', async () => {
  const run = await world.startServing();
  run.kill('SIGTERM');
  await run.ended;
  const finishes = await stream(1200);
  const isCut = await stream(8000);
  // Nobody leads: on a busy machine the first look may prove too little for a drain.
  await until(
    async () => (await world.godwit('plan', ...drain.slice(0, -1))).code === 0,
    'a drain would be done',
    60_000,
  );
  const typing = world.start(...drain);
  const id = await typing.says(/(op-\w+) step \d+\/\d+ \S*drain oslo intended/);
  const driver = createGatewayDriver({ socketPath: join(world.stateDir, 'gateway', 'admin.sock'), clock });
  const call = () => ({ signal: AbortSignal.timeout(2000), deadlineAtMonoMs: clock.monoMs() + 2000 });
  await until(async () => (await driver.drained('chat', 'oslo', id, call())).kind === 'seen', 'its list is begun');
  typing.kill('SIGKILL');
  await typing.ended;
  await finishes.ended;
  const resumed = await world.godwit('op', 'resume', 'last', '--yes');
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(await isCut.ended).toContain('site_drained');
  expect(resumed.stdout).toContain('Requests at oslo when its drain began: 1 cut at the deadline, 1 finished');
  expect((await show()).drains).toMatchObject([{ counts: { cut: 1, finished: 1 } }]);
}, 150_000);
