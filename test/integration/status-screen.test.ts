import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../src/main/config.ts';
import { openStore } from '../../src/main/store.ts';
import type { Config } from '../../src/model/config.ts';
import type { JournalBody } from '../../src/model/journal-entry.ts';
import { type Standing, standingKey } from '../../src/model/standing.ts';
import { widthOf } from '../../src/report/text/width.ts';
import { createActor } from '../../src/system/actor.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../src/traffic/gateway/driver.ts';
import { operation, plan } from '../cli/support/models.ts';
import { freePortRanges, until } from '../driver/local-world.ts';
import { preparedConfig, preparedEntry, preparedSight } from '../driver/prepared-state.ts';
import { root } from '../e2e/support/spawn-godwit.ts';
import { inTerminal } from './support/terminal.ts';

/** Six, with names as long as people give them. */
const sites = [
  'aws-virginia',
  'aws-ohio-trainium',
  'azure-sweden-central',
  'gcp-netherlands',
  'oci-frankfurt',
  'coreweave-eu',
].map((name) => ({ name, replicas: 12 }));
const [first = '', second = ''] = sites.map(({ name }) => name);
const page = `    owner: team-inference
    runbook: https://runbooks.example.com/inference/chat-70b/when-a-cloud-fails
`;
const clock = createClock();
const by = createActor('person');
const hourMs = 3_600_000;

let dir = '';
let path = '';
let config: Config;
let gateway: ChildProcess;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-screen-'));
  mkdirSync(join(dir, 'state'), { mode: 0o700 });
  path = join(dir, 'godwit.yaml');
  const [port] = await freePortRanges(1);
  writeFileSync(path, preparedConfig(sites, `127.0.0.1:${port}`, page), { mode: 0o600 });
  const reading = await readConfig(path, true);
  if (reading.kind !== 'valid') throw new Error(reading.text);
  config = reading.config;
  gateway = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'gateway', '--config', path], { stdio: 'ignore' });
  const socketPath = config.gateway.adminSocket;
  await until(async () => (await findGateway(socketPath, AbortSignal.timeout(1000))) !== undefined, 'a gateway');
  const driver = createGatewayDriver({ socketPath, clock });
  const call = { signal: AbortSignal.timeout(5000), deadlineAtMonoMs: clock.monoMs() + 5000 };
  const terms = { ...call, operationId: 'op-1', epoch: 1, idempotencyKey: 'op-1/0' };
  expect(await driver.write(preparedEntry(sites, clock.nowMs()), terms)).toMatchObject({ kind: 'done' });
});

afterEach(async () => {
  const ended = new Promise((done) => gateway.once('exit', done));
  gateway.kill('SIGKILL');
  await ended;
  rmSync(dir, { recursive: true, force: true });
});

/** What three people have set for a time. */
function temporaryThings(nowMs: number): readonly Standing[] {
  const base = { deployment: 'chat', by, atMs: nowMs, reason: 'driver update of every node in the region' };
  return [
    { ...base, kind: 'pause', untilMs: nowMs + hourMs },
    {
      ...{ ...base, kind: 'shift', untilMs: nowMs + 2 * hourMs, operationId: 'op-9k2m', forMs: 2 * hourMs },
      ...{ before: { [first]: 100 }, after: { [first]: 0, [second]: 100 } },
    },
    { ...base, kind: 'out', site: 'azure-sweden-central', isStopped: false, untilMs: undefined },
  ];
}

/** What a controller in the middle of an operation has written, the newest a moment ago. */
async function fillStore(): Promise<void> {
  const store = openStore(config, 'write', clock);
  const nowMs = clock.nowMs();
  const controller = createActor('controller');
  const { epoch } = await held(store.lease.acquire('chat', controller, 10 * 60_000));
  const draft = (body: JournalBody) => ({
    ...{ deployment: 'chat', epoch, by: controller, atMs: nowMs, monoMs: clock.monoMs(), body },
  });
  const message = 'no replica of the site has answered a completion for 45 s from 3 of 3 vantage points';
  const because = [{ code: 'SiteFailing', site: first, message } as const];
  const change = { from: first, because, before: { [first]: 100 }, after: { [first]: 0, [second]: 100 } };
  const over = operation({ epoch, plan: plan(change), openedAtMs: nowMs - hourMs, endedAtMs: nowMs - hourMs + 60_000 });
  const open = operation({
    ...{ id: 'op-3t5v', epoch, state: 'shifting', step: 1, openedAtMs: nowMs - 9000, endedAtMs: undefined },
    plan: plan({ ...change, kind: 'switchover', trigger: 'manual' }),
  });
  for (const each of [over, open]) {
    const begun = { ...each, state: 'planned' as const, step: 0, endedAtMs: undefined };
    await store.journal.append([draft({ kind: 'operation', operation: begun })]);
    await store.journal.append([draft({ kind: 'operation', operation: each })]);
  }
  for (const standing of temporaryThings(nowMs)) {
    const body = { kind: 'standing', key: standingKey(standing), standing, why: 'asked for' } as const;
    await store.standing.put(draft(body), await store.operations.revision('chat'));
  }
  const sight = preparedSight(config, nowMs);
  const failing = sight.decision.diagnosis.sites.map((each) => ({
    ...each,
    ...({ code: 'EngineStalled', actionable: true, servesNothing: true, ready: [], message } as const),
  }));
  const diagnosis = { ...sight.decision.diagnosis, code: 'TooManyFailing', sites: failing, message } as const;
  await store.snapshots.put({
    ...{ deployment: 'chat', atMs: nowMs },
    view: sight.view,
    decision: { ...sight.decision, diagnosis } as never,
  });
  await store.close();
}

async function held<T>(reply: Promise<{ kind: 'held'; lease: T } | { kind: 'busy' }>): Promise<T> {
  const end = await reply;
  if (end.kind !== 'held') throw new Error('the lease is held');
  return end.lease;
}

test('the one screen fits a terminal of 80 x 24 with six sites and three temporary things, each with its countdown', async () => {
  await fillStore();
  const sent = await inTerminal(['status', 'chat', '--config', path], { size: { rows: 24, columns: 80 } });
  const lines = stripVTControlCharacters(sent).trimEnd().split(/\r?\n/);
  const screen = lines.join('\n');
  expect(lines.length, screen).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  for (const { name } of sites) expect(screen).toContain(name);
  expect(screen).toMatch(/Temporary +automation is paused, 59m left.* +godwit unpause chat\n/);
  expect(screen).toMatch(/ +shift op-9k2m, 1h59m left.* +godwit op return op-9k2m\n/);
  expect(screen).toMatch(/ +draine\.\.\., no end +godwit start chat --site azure-sweden-central\n/);
  expect(screen).toMatch(/In progress +manual switchover op-3t5v/);
  expect(screen).toMatch(/What happened +automatic failover op-7f3k/);
});
