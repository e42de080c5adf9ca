/** A run without an end: somebody is at it, or nobody is left. */
import { expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { leftRun } from '../../../src/cli/drill-runs.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { DrillBody } from '../../../src/model/drill-run.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import type { TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import { blackhole } from '../../core/support/view.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana } from '../../store/support/drill-drafts.ts';
import { recordsOf, recounted } from '../support/drill-record.ts';
import { fakeApp } from '../support/fake-app.ts';
import { fakeTraffic } from '../support/fake-ports.ts';
import { config, nowMs, traffic } from '../support/models.ts';

const drills = [drillOf(), drillOf({ name: 'slow-site' })];

async function type(argv: readonly string[], records: DrillRecords, over: Partial<Omit<App, 'config'>> = {}) {
  const app = fakeApp({
    reading: { kind: 'valid', config: { ...config(), drills }, warnings: { text: '', findings: [] } },
    connectTraffic: async () => fakeTraffic({ route: undefined, traffic: traffic([]) }),
    drillRecords: async () => records,
    recount: recounted,
    ...over,
  });
  return { code: await runCommand(argv, app), ...app.printed };
}

const two = () => recordsOf({ id: 'dr-1', beganAtMs: nowMs - 7_200_000 }, { id: 'dr-2' });

/** Somebody wrote at it two seconds ago. */
async function written(...bodies: readonly DrillBody[]): Promise<DrillRecords> {
  const records = await recordsOf({ id: 'dr-1', beganAtMs: nowMs - 60_000, end: undefined });
  const last: DrillBody = { kind: 'note', text: 'still here', by: ana };
  await records.append(
    'dr-1',
    [...bodies, last].map((body) => ({ atMs: nowMs - 2000, monoMs: 58_000, body })),
  );
  return records;
}

const undoing: DrillBody = { kind: 'stage', stage: 'undo' };

test('a run that somebody is at is not taken for one that died', async () => {
  const records = await written(undoing);
  expect((await type(['drill', 'list'], records)).out).toContain('site-loss  chat        dr-1  under way  -');
  for (const argv of [['undo', 'dr-1'], ['undo', 'site-loss'], ['report'], ['report', 'verify']])
    expect(await type(['drill', ...argv], records)).toMatchObject({
      code: 75,
      err: expect.stringContaining('dr-1 is under way'),
    });
  expect(await type(['drill', 'abort', 'dr-1'], records)).toMatchObject({
    code: 0,
    out: 'Nothing to do: dr-1 has undone what it broke, and gives the traffic back.\n',
  });
  // What it would break is not there yet, so that nobody can be told by way of the gateway.
  expect(await type(['drill', 'abort', 'site-loss'], await written())).toMatchObject({
    code: 1,
    err: expect.stringMatching(/dr-1 breaks nothing yet.*\n.*Ctrl-C/),
  });
});

test('an abort that only the gateway answers says that the rest may still be broken', async () => {
  const inForce = [blackhole({ drill: 'site-loss', run: 'dr-1', site: 'site-a' })];
  const armed = (): TrafficDriver => ({
    ...fakeTraffic({ route: undefined, traffic: traffic([]) }),
    faults: async () => ({ kind: 'seen', value: { inForce, ended: [] }, asOfMs: nowMs }),
    lift: async () => {
      inForce.splice(0);
      return { kind: 'done', value: undefined };
    },
  });
  const clock = { ...fakeApp({}).clock, sleep: async () => undefined };
  const abort = async (records: DrillRecords) =>
    await type(['drill', 'abort', 'dr-1'], records, { connectTraffic: async () => armed(), clock });
  expect(await abort(await written())).toMatchObject({
    code: 1,
    err: expect.stringMatching(/says nothing: the rest may still be broken\n.*godwit drill undo dr-1/),
  });
  inForce.push(blackhole({ drill: 'site-loss', run: 'dr-1', site: 'site-a' }));
  expect(await abort(await written(undoing))).toMatchObject({
    code: 0,
    out: expect.stringContaining('dr-1 aborted'),
  });
});

test('what is to be undone may be named by its drill', async () => {
  const undone: string[] = [];
  const undoDrill: App['undoDrill'] = async (_, run) => {
    undone.push(run);
    return { kind: 'over' };
  };
  expect(await type(['drill', 'undo', 'site-loss'], await two(), { undoDrill })).toMatchObject({ code: 0 });
  expect(undone).toEqual(['dr-2']);
  expect(await type(['drill', 'undo', 'slow-site'], await two(), { undoDrill })).toMatchObject({
    code: 2,
    err: expect.stringContaining('godwit drill list'),
  });
});

test.for([
  { name: 'nobody is at', ageMs: 10_000, over: {}, left: 'dr-2' },
  { name: 'somebody wrote a moment ago', ageMs: 9_999, over: {}, left: undefined },
  { name: 'only simulated', ageMs: 3_600_000, over: { kind: 'simulation' }, left: undefined },
  { name: 'hits another deployment', ageMs: 3_600_000, over: { deployment: 'other' }, left: undefined },
] as const)('a run without an end that $name is left or not', async ({ ageMs, over, left }) => {
  const records = await recordsOf(
    { id: 'dr-1', beganAtMs: nowMs - 7_200_000 },
    { id: 'dr-2', drill: drillOf(over), beganAtMs: nowMs - 7_000_000, end: undefined },
    { id: 'dr-3', drill: drillOf({ kind: 'tabletop' }), beganAtMs: nowMs - 4_000_000 },
    { id: 'dr-4', beganAtMs: nowMs - 3_900_000, end: { verdict: 'not-started' } },
  );
  const writtenAtMs = (await records.read('dr-2'))?.entries.at(-1)?.atMs ?? 0;
  expect(await leftRun(records, 'chat', writtenAtMs + ageMs)).toEqual(left && { run: left, by: ana });
});
