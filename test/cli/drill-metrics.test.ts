import { expect, test } from 'vitest';
import { createDrillLook } from '../../src/cli/drill-metrics.ts';
import type { Drill } from '../../src/model/drill.ts';
import type { Verdict } from '../../src/model/drill-run.ts';
import type { DrillRecords } from '../../src/ports/drill-records.ts';
import { drillOf } from '../model/support/drills.ts';
import { addRun, type GivenRun, recordsOf, recounted } from './support/drill-record.ts';
import { config, nowMs } from './support/models.ts';

const loss = drillOf();

const run = (id: string, ageMs: number, verdict: Verdict, recoveryMs?: number): GivenRun => ({
  ...{ id, beganAtMs: nowMs - ageMs, end: { verdict, ...(verdict === 'aborted' ? { cutShort: 'a person' } : {}) } },
  ...(recoveryMs === undefined ? {} : { recoveryMs, lost: 3 }),
});

const lookAt = (records: DrillRecords, drills: readonly Drill[] = [loss]) =>
  createDrillLook({ ...config(), drills }, async () => records, recounted);

test('the newest run gives the verdict, the newest that passed its time, the newest that measured it the recovery', async () => {
  const records = await recordsOf(
    run('dr-1', 3000, 'passed', 9000),
    run('dr-2', 2000, 'failed', 29_000),
    run('dr-3', 1000, 'aborted'),
  );
  expect(await lookAt(records)()).toEqual([
    {
      ...{ drill: 'site-loss', deployment: 'chat', verdict: 'aborted', passedAtMs: nowMs - 3000 },
      ...{ recoveryMs: 29_000, objectiveMs: 120_000 },
    },
  ]);
});

test('a run that lost requests to its end says nothing of how long it takes', async () => {
  const records = await recordsOf(run('dr-1', 3000, 'passed', 9000), run('dr-2', 2000, 'failed', 54_500));
  expect(await lookAt(records)()).toMatchObject([{ verdict: 'failed', recoveryMs: 9000 }]);
});

test('a drill that never ended has its objective alone', async () => {
  const records = await recordsOf({ id: 'dr-1', end: undefined });
  expect(await lookAt(records)()).toMatchObject([{ verdict: undefined, recoveryMs: undefined, objectiveMs: 120_000 }]);
  expect(await lookAt(records, [drillOf({ hypothesis: [] })])()).toMatchObject([{ objectiveMs: undefined }]);
});

test('a record that has ended is read once, one that goes on each time', async () => {
  const records = await recordsOf(run('dr-1', 3000, 'passed', 9000), { id: 'dr-2', end: undefined });
  const read: string[] = [];
  const look = lookAt({
    ...records,
    read(id) {
      read.push(id);
      return records.read(id);
    },
  });
  await look();
  await look();
  expect(read.toSorted()).toEqual(['dr-1', 'dr-2', 'dr-2']);
  await addRun(records, run('dr-3', 10, 'failed', 30_000));
  expect(await look()).toMatchObject([{ verdict: 'failed', recoveryMs: 30_000 }]);
});

test('records that cannot be read are unknown, not empty; without drills nothing is read', async () => {
  const gone = async (): Promise<never> => {
    throw new Error('no disk');
  };
  expect(await createDrillLook({ ...config(), drills: [loss] }, gone, recounted)()).toBeUndefined();
  expect(await createDrillLook({ ...config(), drills: [] }, gone, recounted)()).toEqual([]);
});
