import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/main/store.ts';
import type { Operation } from '../../src/model/operation.ts';
import { verifyJournal } from '../../src/store/sqlite/verify.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver } from '../../src/traffic/gateway/driver.ts';
import { type LocalWorld, openLocalWorld, until } from '../driver/local-world.ts';

const controllerPath = join(import.meta.dirname, '../driver/crashing-controller.ts');
const clock = createClock();
let world: LocalWorld;
const children: ChildProcess[] = [];

beforeEach(async () => {
  world = await openLocalWorld();
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await world.close();
});

function startController(crashAt: number, when: 'before' | 'after') {
  const child = spawn(process.execPath, [controllerPath, world.config.path, String(crashAt), when], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const ended = new Promise<NodeJS.Signals | number | null>((done) =>
    child.once('exit', (code, signal) => done(signal ?? code)),
  );
  return { child, ended };
}

const call = () => ({ signal: AbortSignal.timeout(2000), deadlineAtMonoMs: clock.monoMs() + 2000 });

async function route() {
  const seen = await createGatewayDriver({ socketPath: world.config.gateway.adminSocket, clock }).read('chat', call());
  return seen.kind === 'seen' ? seen.value : undefined;
}

async function operations(): Promise<readonly Operation[]> {
  const store = openStore(world.config, 'read', clock);
  try {
    return await store.operations.list({ deployment: 'chat' });
  } finally {
    await store.close();
  }
}

async function bothReady(): Promise<true | undefined> {
  const entry = await route();
  return entry?.spill.length === 2 && entry.weights['left'] === 100 ? true : undefined;
}

async function killLeft(): Promise<void> {
  const url = (await route())?.sites.find(({ site }) => site === 'left')?.replicas[0]?.url;
  const answer = (await (await fetch(`${url}/faults`)).json()) as { pid: number };
  process.kill(answer.pid, 'SIGKILL');
}

/** Every append of a failover in this world, from the entry that opens it to the one that ends it. */
const lastAppend = 17;
const points = Array.from({ length: lastAppend }, (_, index) => index + 1).flatMap((at) =>
  (['before', 'after'] as const).map((when) => ({ at, when })),
);

test.for(points)(
  'a controller killed $when append $at of a failover is resumed to the same end',
  async ({ at, when }) => {
    const first = startController(at, when);
    await until(bothReady, 'both sites proven');
    expect(world.starts()).toBe(2);
    await killLeft();
    const moved = async () =>
      (await operations()).find(({ plan, state }) => plan.kind === 'failover' && state === 'done');
    expect(await first.ended).toBe('SIGKILL');
    const second = startController(0, 'after');
    const failover = await until(moved, 'the failover done after the resume');
    await until(() => (world.starts() >= 3 ? true : undefined), 'the replacement at the dead site');
    await until(async () => ((await route())?.spill.length === 2 ? true : undefined), 'the replacement proven');
    const entry = await route();
    expect(entry?.weights).toEqual({ left: 0, right: 100 });
    expect(failover.plan.after).toEqual({ left: 0, right: 100 });
    // Two at first and one in place of the dead: a second start would be a fourth.
    expect(world.starts()).toBe(3);
    expect((await operations()).filter(({ plan }) => plan.kind === 'failover')).toHaveLength(1);
    second.child.kill('SIGTERM');
    await second.ended;
    expect(verifyJournal(world.config.stateDir).kind).toBe('ok');
  },
);
