import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import type { EngineDeps } from '../../src/engine/engine.ts';
import type { AccessReport } from '../../src/model/access.ts';
import type { Examination } from '../../src/model/doctor.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { ReadCall } from '../../src/ports/call.ts';
import { operation } from '../cli/support/models.ts';
import type { Process } from './support/process.ts';
import { createWorld, type World } from './support/world.ts';

const everyMs = 10_000;
const well: AccessReport = {
  permissions: [{ name: 'start', use: 'operate', granted: 'yes' }],
  ...{ excess: [], parts: [], quotas: [] },
};
const missing: AccessReport = { ...well, permissions: [{ name: 'start', use: 'operate', granted: 'no' }] };

interface Clinic {
  readonly world: World;
  /** Sites that were asked about, in order. */
  readonly asked: string[];
  report: (signal: AbortSignal) => Promise<Seen<AccessReport>>;
  /** Operations that are open anywhere, as far as looks are concerned; undefined: as they are. */
  open: readonly Operation[] | undefined;
  /** The store cannot say which are open, as far as looks are concerned. */
  isBlind: boolean;
  begin(): { readonly process: Process; readonly stop: AbortController; readonly end: Promise<unknown> };
}

function open(): Clinic {
  const world = createWorld();
  const clinic: Clinic = {
    world,
    asked: [],
    ...{ open: undefined, isBlind: false },
    report: async () => ({ kind: 'seen', value: well, asOfMs: 0 }),
    begin() {
      const process = world.boot();
      const stop = new AbortController();
      const end = runController(examining(process.deps, clinic), stop.signal);
      return { process, stop, end };
    },
  };
  return clinic;
}

function examining(deps: EngineDeps, clinic: Clinic): EngineDeps {
  const providers = [...deps.providers].map(([name, provider]) => {
    const checkAccess = async ({ signal }: ReadCall) => {
      clinic.asked.push(name);
      return await clinic.report(signal);
    };
    return [name, { ...provider, listLagMs: provider.listLagMs, checkAccess }] as const;
  });
  const { operations } = deps.store;
  const list: typeof operations.list = async (query) => {
    const isLook = query.open === true && query.deployment === undefined;
    if (isLook && clinic.isBlind) throw new Error('disk');
    return isLook && clinic.open !== undefined ? clinic.open : await operations.list(query);
  };
  const store = { ...deps.store, operations: { ...operations, list } };
  return { ...deps, store, config: { ...deps.config, doctor: { everyMs } }, providers: new Map(providers) };
}

async function examined({ world }: Clinic): Promise<readonly Examination[]> {
  return (await world.boot().deps.store.snapshots.get('chat'))?.examined ?? [];
}

const findings = ({ world }: Clinic) =>
  world.events.flatMap((event) =>
    event.type === 'finding' ? [`${event.site} ${event.state} ${event.finding.area}`] : [],
  );

test('each site is looked at soon after the start and again in its time, and the record holds what was found', async () => {
  const clinic = open();
  const { world } = clinic;
  const run = clinic.begin();
  await world.pass(everyMs * 0.8);
  expect(clinic.asked).toEqual([]);
  await world.until('the first looks', () => clinic.asked.length === 2, everyMs);
  expect(clinic.asked.toSorted()).toEqual(['left', 'right']);
  await world.pass(everyMs * 0.8);
  expect(clinic.asked).toHaveLength(2);
  expect(await examined(clinic)).toMatchObject([
    { site: 'left', findings: [] },
    { site: 'right', findings: [] },
  ]);
  await world.until('the next looks', () => clinic.asked.length === 4, everyMs);
  run.stop.abort();
  expect(await world.drive(run.end)).toEqual({ kind: 'stopped' });
});

test('what appears and what goes is told once, also over a restart', async () => {
  const clinic = open();
  const { world } = clinic;
  clinic.report = async () => ({ kind: 'seen', value: missing, asOfMs: 0 });
  const first = clinic.begin();
  await world.until('two looks at each', () => clinic.asked.length === 4, 60_000);
  await world.pass(2000);
  expect(findings(clinic).toSorted()).toEqual(['left appeared access', 'right appeared access']);
  expect((await examined(clinic)).map(({ findings: [found] }) => found?.what)).toEqual([
    'start is missing (operate)',
    'start is missing (operate)',
  ]);
  first.stop.abort();
  await world.drive(first.end);
  const second = clinic.begin();
  await world.pass(3000);
  // Before it has looked itself it hands on what the one before it found.
  expect((await examined(clinic)).map((each) => each.findings.length)).toEqual([1, 1]);
  await world.until('a look at each', () => clinic.asked.length === 6, 60_000);
  expect(findings(clinic)).toHaveLength(2);
  clinic.report = async () => ({ kind: 'seen', value: well, asOfMs: 0 });
  await world.until('another', () => findings(clinic).length === 4, 60_000);
  expect(findings(clinic).slice(2).toSorted()).toEqual(['left gone access', 'right gone access']);
  second.stop.abort();
  await world.drive(second.end);
});

test.for([
  { state: 'waking', asked: 0 },
  { state: 'held', asked: 2 },
] as const)('while an operation there is $state $asked sites are looked at', async ({ state, asked }) => {
  const clinic = open();
  const { world } = clinic;
  clinic.open = [{ ...operation(), state, plan: { ...operation().plan, deployment: 'chat' } }];
  const run = clinic.begin();
  await world.pass(everyMs * 1.5);
  expect(clinic.asked).toHaveLength(asked);
  clinic.open = [];
  await world.until('a look at each', () => clinic.asked.length === asked + 2, everyMs * 1.5);
  run.stop.abort();
  await world.drive(run.end);
});

test('an operation that begins ends the look: nothing of it is kept, and it is taken again later', async () => {
  const clinic = open();
  const { world } = clinic;
  clinic.report = () => new Promise(() => undefined);
  const run = clinic.begin();
  await world.until('the first look', () => clinic.asked.length === 1, everyMs * 1.5);
  const [site] = clinic.asked;
  clinic.open = [{ ...operation(), state: 'waking', plan: { ...operation().plan, deployment: 'chat' } }];
  await world.pass(2000);
  clinic.open = [];
  clinic.report = async () => ({ kind: 'seen', value: well, asOfMs: 0 });
  await world.until(
    'it is taken again',
    () => clinic.asked.filter((each) => each === site).length === 2,
    everyMs * 1.5,
  );
  await world.pass(2000);
  expect(findings(clinic)).toEqual([]);
  run.stop.abort();
  await world.drive(run.end);
});

test('a store that fails during a look ends it, and it is taken again in its time', async () => {
  const clinic = open();
  const { world } = clinic;
  let given: AbortSignal | undefined;
  clinic.report = (signal) => {
    given ??= signal;
    return new Promise(() => undefined);
  };
  const run = clinic.begin();
  await world.until('the first look', () => given !== undefined, everyMs * 1.5);
  clinic.isBlind = true;
  await world.until('its end', () => given?.aborted === true, 3000);
  clinic.isBlind = false;
  clinic.report = async () => ({ kind: 'seen', value: well, asOfMs: 0 });
  await world.until('looks at both', () => new Set(clinic.asked.slice(1)).size === 2, everyMs * 3);
  run.stop.abort();
  await world.drive(run.end);
});

test('a provider that does not answer holds nothing up, and is not seen', async () => {
  const clinic = open();
  const { world } = clinic;
  clinic.report = () => new Promise(() => undefined);
  const run = clinic.begin();
  await world.until('the first look', () => clinic.asked.length === 1, 30_000);
  world.left.crash(0);
  await world.until('a failover', () => world.sink.entry?.weights['right'] === 100, 20_000);
  run.stop.abort();
  await world.drive(run.end);
  expect(world.violations).toEqual([]);
});
