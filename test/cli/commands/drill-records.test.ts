import { expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { Config } from '../../../src/model/config.ts';
import type { RecordCheck } from '../../../src/model/drill-check.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import type { TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import { blackhole } from '../../core/support/view.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana, note } from '../../store/support/drill-drafts.ts';
import { recordsOf, recounted } from '../support/drill-record.ts';
import { fakeApp } from '../support/fake-app.ts';
import { fakeTraffic } from '../support/fake-ports.ts';
import { config, nowMs, traffic } from '../support/models.ts';
import { emptyStore } from '../support/record.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekly = { cron: '30 2 * * 1', timezone: 'UTC', skipDates: [] };
const drills = [drillOf(), drillOf({ name: 'slow-site', schedule: weekly }), drillOf({ name: 'never' })];

async function type(argv: readonly string[], records: DrillRecords, over: Partial<Omit<App, 'config'>> = {}) {
  const used: Config = { ...config(), drills };
  const app = fakeApp({
    reading: { kind: 'valid', config: used, warnings: { text: '', findings: [] } },
    connectTraffic: async () => fakeTraffic({ route: undefined, traffic: traffic([]) }),
    drillRecords: async () => records,
    recount: recounted,
    ...over,
  });
  return { code: await runCommand(argv, app), ...app.printed };
}

const three = () =>
  recordsOf(
    { id: 'dr-1', beganAtMs: nowMs - 3 * dayMs, recoveryMs: 9000, lost: 12, firstTokenMs: 300 },
    { id: 'dr-2', beganAtMs: nowMs - 2 * dayMs, recoveryMs: 10_000, lost: 13, firstTokenMs: 310 },
    {
      id: 'dr-3',
      beganAtMs: nowMs - dayMs,
      recoveryMs: 20_000,
      lost: 14,
      firstTokenMs: 305,
      end: { verdict: 'failed' },
    },
  );

test('lists each drill with what came of it last and when it is due', async () => {
  const { code, out } = await type(['drill', 'list'], await three());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "DRILL      DEPLOYMENT  NOW  LAST               DUE  BREAKS
    site-loss  chat        -    failed 2026-11-22  -    blackhole at site-a for 2m
    slow-site  chat        -    -                  now  blackhole at site-a for 2m
    never      chat        -    -                  -    blackhole at site-a for 2m
    "
  `);
});

test('lists for machines', async () => {
  const { out } = await type(['drill', 'list', '-o', 'json'], await three());
  const { items } = JSON.parse(out);
  expect(items.map(({ last, due }: Record<string, unknown>) => ({ last, due }))).toEqual([
    { last: { run: 'dr-3', beganAt: '2026-11-22T03:21:07.000Z', verdict: 'failed' }, due: null },
    { last: null, due: { since: '2026-11-23T02:30:00.000Z', next: '2026-11-30T02:30:00.000Z' } },
    { last: null, due: null },
  ]);
});

test.for(['dr-1', 'site-loss'])('an abort of %s, whose process is gone, says what undoes it', async (named) => {
  const records = await recordsOf({ id: 'dr-1', end: undefined });
  const { code, err } = await type(['drill', 'abort', named], records);
  expect(code).toBe(1);
  expect(err).toContain('dr-1 has no end, and nothing keeps it up: whoever ran it is gone');
  expect(err).toContain('godwit drill undo dr-1');
  // One that has come to its end is over.
  expect((await type(['drill', 'abort', 'site-loss'], await three())).out).toContain('Nothing to do');
});

test('a run that goes on is under way; one that died says how it is undone, one that was changed is broken', async () => {
  const records = await recordsOf({ id: 'dr-1', end: undefined });
  const fault = blackhole({ drill: 'site-loss', run: 'dr-1', site: 'site-a' });
  const armed: TrafficDriver = {
    ...fakeTraffic({ route: undefined, traffic: traffic([]) }),
    faults: async () => ({ kind: 'seen', value: { inForce: [fault], ended: [] }, asOfMs: nowMs }),
  };
  expect((await type(['drill', 'list'], records, { connectTraffic: async () => armed })).out).toContain('under way');
  expect((await type(['drill', 'list'], records)).out).toBe(
    [
      'DRILL      DEPLOYMENT  NOW  LAST               DUE  BREAKS',
      'site-loss  chat        -    no end 2026-11-23  -    blackhole at site-a for 2m',
      'slow-site  chat        -    -                  now  blackhole at site-a for 2m',
      'never      chat        -    -                  -    blackhole at site-a for 2m',
      'dr-1 has no end, and nothing keeps it up:  godwit drill undo dr-1',
      '',
    ].join('\n'),
  );
  const broken: DrillRecords = {
    ...records,
    read: async (run) => {
      const sight = await records.read(run);
      return sight && { kind: 'broken', entries: sight.entries, seq: 7, why: 'it is not what was written' };
    },
  };
  expect((await type(['drill', 'list'], broken)).out).toContain('broken');
});

test.for([
  { name: 'never', runs: [], names: 'slow-site\n' },
  { name: 'after its slot', runs: [{ id: 'dr-1', beganAtMs: nowMs - 60_000 }], names: '' },
  { name: 'before its slot', runs: [{ id: 'dr-1', beganAtMs: nowMs - hourMs }], names: 'slow-site\n' },
])('a drill that ran $name is due or not', async ({ runs, names }) => {
  const records = await recordsOf(...runs.map((run) => ({ ...run, drill: drillOf({ name: 'slow-site' }) })));
  expect(await type(['drill', 'due', '-o', 'name'], records)).toMatchObject({ code: 0, out: names });
});

test('a run that did not start leaves it to an older one whether the drill is due', async () => {
  const drill = drillOf({ name: 'slow-site' });
  const records = await recordsOf(
    { id: 'dr-1', drill, beganAtMs: nowMs - 120_000 },
    { id: 'dr-2', drill, beganAtMs: nowMs - 60_000, end: { verdict: 'not-started' } },
  );
  expect(await type(['drill', 'due', '-o', 'name'], records)).toMatchObject({ out: '' });
});

test('says since when what is due', async () => {
  const { out } = await type(['drill', 'due'], await recordsOf());
  expect(out).toMatchInlineSnapshot(`
    "DRILL      DUE                           NEXT               LAST   RUN
    slow-site  since 2026-11-23 02:30Z, 51m  2026-11-30 02:30Z  never  -
    "
  `);
});

test('sets two runs beside each other, the older first, and marks what is not chance', async () => {
  const { code, out } = await type(['drill', 'compare', 'last', 'dr-2'], await three());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "site-loss: dr-2 of 2026-11-21 03:21Z, and dr-3 of 2026-11-22 03:21Z
                     BEFORE     NOW  CHANGE
    verdict          passed  failed  another
    recovery            10s     20s  more: +100%
    first token p95   310ms   305ms
    lost requests        13      14
    lost share        2.36%   2.55%
    "
  `);
});

test('a change within what earlier runs differed by is none', async () => {
  const records = await recordsOf(
    { id: 'dr-1', beganAtMs: nowMs - 3 * dayMs, recoveryMs: 1000, lost: 1 },
    { id: 'dr-2', beganAtMs: nowMs - 2 * dayMs, recoveryMs: 12_000, lost: 1 },
    { id: 'dr-3', beganAtMs: nowMs - dayMs, recoveryMs: 20_000, lost: 1 },
  );
  const { out } = await type(['drill', 'compare', 'dr-2', 'dr-3', '-o', 'json'], records);
  const recovery = JSON.parse(out).figures.find(({ what }: { what: string }) => what === 'recovery');
  expect(recovery).toEqual({ what: 'recovery', measure: 'time', before: 12_000, now: 20_000, changed: false });
});

test('runs of a drill that was another one then are not compared', async () => {
  const records = await recordsOf(
    { id: 'dr-1', beganAtMs: nowMs - 2 * dayMs },
    { id: 'dr-2', drill: drillOf({ hypothesis: [], kind: 'canary' }) },
  );
  const { code, err } = await type(['drill', 'compare', 'dr-1', 'dr-2'], records);
  expect(code).toBe(2);
  expect(err).toContain('runs of different drills: kind, hypothesis differ');
});

test('a drill that got another owner, title or schedule meanwhile is the same drill', async () => {
  const told = { title: 'another', roles: { owner: 'Bo' }, schedule: weekly };
  const records = await recordsOf(
    { id: 'dr-1', beganAtMs: nowMs - 2 * dayMs },
    { id: 'dr-2', drill: drillOf({ ...told, report: { formats: ['md'], beforeMs: 0, afterMs: 0 } }) },
  );
  expect(await type(['drill', 'compare', 'dr-1', 'dr-2'], records)).toMatchObject({ code: 0 });
});

test('a trend says which of its runs were of another drill, and what differs', async () => {
  const records = await recordsOf(
    { id: 'dr-1', beganAtMs: nowMs - 2 * dayMs, drill: drillOf({ kind: 'canary', hypothesis: [] }) },
    { id: 'dr-2', beganAtMs: nowMs - dayMs, drill: drillOf({ title: 'another' }) },
    { id: 'dr-3' },
  );
  const { code, err } = await type(['drill', 'trend', 'site-loss'], records);
  expect([code, err]).toEqual([
    0,
    'Configured otherwise than in the newest run, and not to be compared with it:\n  dr-1: kind, hypothesis\n',
  ]);
  const { items } = JSON.parse((await type(['drill', 'trend', 'site-loss', '-o', 'json'], records)).out);
  expect(items.map(({ differs }: { differs: unknown }) => differs)).toEqual([['kind', 'hypothesis'], [], []]);
});

test('shows the last runs in a row, oldest first, with bars', async () => {
  const { code, out } = await type(['drill', 'trend', 'site-loss'], await three());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "WHEN          RUN   VERDICT  RECOVERY   LOST  TTFT P95  SLOWEST PHASE
    11-20 03:21Z  dr-1  passed         9s  2.18%     300ms  -
    11-21 03:21Z  dr-2  passed        10s  2.36%     310ms  -
    11-22 03:21Z  dr-3  failed        20s  2.55%     305ms  -

    recovery  ▄▅█
    lost      ▇▇█
    ttft p95  ███
    "
  `);
  expect((await type(['drill', 'trend', 'site-loss', '--last', '2', '-o', 'json'], await three())).out).not.toContain(
    'dr-1',
  );
});

test('bars are ASCII where nothing else can be shown, and left out for who listens', async () => {
  const { terminal } = fakeApp();
  const ascii = await type(['drill', 'trend', 'site-loss'], await three(), {
    terminal: { ...terminal, isUnicode: false },
  });
  expect(ascii.out).toMatch(/^recovery [ ]*-=#$/m);
  const heard = await type(['drill', 'trend', 'site-loss', '--accessible'], await three());
  expect(heard.out).not.toMatch(/[▁▂▃▄▅▆▇█]/);
  expect(heard.out).toContain('3 rows');
});

test('the trend of a drill that is neither configured nor on record is a slip of the pen', async () => {
  expect(await type(['drill', 'trend', 'site-los'], await three())).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean "site-loss"?'),
  });
});

test('a drill that never ran has no trend', async () => {
  const { code, out } = await type(['drill', 'trend', 'site-loss'], await recordsOf());
  expect({ code, out }).toEqual({ code: 0, out: 'No run of site-loss has ended yet.\n' });
});

const fine: RecordCheck = { entries: 7, values: 12, differences: [], head: { kind: 'same' } };

test('says what was checked of a record', async () => {
  const { code, out } = await type(['drill', 'report', 'verify'], await three(), {
    openStore: emptyStore,
    checkRecord: async () => fine,
  });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "dr-3
      ✔ 7 entries: every byte is as it was written
      ✔ 12 values of its end computed again from the entries: all the same
      ✔ the journal noted the same end when it was over
    "
  `);
});

test.for<{ name: string; check: Partial<RecordCheck>; says: string }>([
  {
    name: 'a figure that is not what the entries come to',
    check: { differences: [{ where: 'claims[0].measured', recorded: '9000', computed: '9001' }] },
    says: 'claims[0].measured: recorded 9000, computed 9001',
  },
  {
    name: 'a record that was written anew',
    check: { head: { kind: 'other', seq: 7, noted: 'a', found: 'b' } },
    says: 'the record was written anew',
  },
])('$name fails the check', async ({ check, says }) => {
  const { code, out } = await type(['drill', 'report', 'verify', 'dr-1'], await three(), {
    openStore: emptyStore,
    checkRecord: async () => ({ ...fine, ...check }),
  });
  expect(code).toBe(1);
  expect(out).toContain(says);
});

test('a record with a changed byte fails the check at its entry', async () => {
  const { code, out, err } = await type(['drill', 'report', 'verify', './copy.json'], await three(), {
    readDrillRecord: async () => ({ kind: 'broken', entries: [], seq: 1, why: 'it is not what was written' }),
  });
  expect({ code, out }).toEqual({
    code: 1,
    out: 'BROKEN at entry 1 of the record of ./copy.json: it is not what was written\n',
  });
  expect(err).toContain('0 entries before it');
});

test('a copied record is checked without a configuration, and says that no journal was asked', async () => {
  const records = await three();
  const asked: unknown[] = [];
  const { code, out } = await type(['drill', 'report', 'verify', '/evidence/drill.json', '-o', 'json'], records, {
    readDrillRecord: () => records.read('dr-1'),
    checkRecord: async (run, entries, notes) => {
      asked.push(run, entries.length, notes);
      return { ...fine, head: { kind: 'not-asked' } };
    },
  });
  expect(asked).toEqual(['dr-1', 64, undefined]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ kind: 'DrillRecordCheck', run: 'dr-1', intact: true, values: 12 });
});

test('the journal’s notes of that deployment are asked for', async () => {
  const asked: unknown[] = [];
  const store = await emptyStore();
  const noted = (text: string, seq: number) => ({
    ...{ seq, hash: '', deployment: 'chat', epoch: 1, by: ana, atMs: nowMs, monoMs: 0 },
    body: { kind: 'note', text } as const,
  });
  await type(['drill', 'report', 'verify'], await three(), {
    openStore: async () => ({
      ...store,
      journal: { ...store.journal, read: async () => [noted('one', 1), noted('two', 2)] },
    }),
    checkRecord: async (_run, _entries, notes) => {
      asked.push(notes);
      return fine;
    },
  });
  expect(asked).toEqual([['one', 'two']]);
});

test('a finding goes behind the end of the run that was meant', async () => {
  const added: unknown[] = [];
  const { code, out } = await type(
    ['drill', 'finding', 'add', 'site-loss', 'the page came late', '--owner', 'bo', '--due', '2026-12-24'],
    await three(),
    {
      addFinding: async (_, run, words) => {
        added.push(run, words);
        return { number: 2, ...words, by: ana };
      },
    },
  );
  expect(added).toEqual(['dr-3', { text: 'the page came late', severity: 'medium', owner: 'bo', due: '2026-12-24' }]);
  expect({ code, out }).toEqual({ code: 0, out: 'Finding 2 of dr-3: it is in the record.\n' });
});

test.for([
  { argv: ['finding', 'add', 'last', 'x', '--due', '2026-02-30'], code: 2, says: 'write a day such as' },
  { argv: ['finding', 'add', 'dr-9', 'x'], code: 2, says: 'there is no run "dr-9"' },
  { argv: ['report', 'dr-9'], code: 2, says: 'there is no run "dr-9"' },
  { argv: ['report', './nowhere.json'], code: 2, says: 'there is no file ./nowhere.json' },
  { argv: ['export'], code: 2, says: 'what is to be exported?' },
])('$argv is refused with words', async ({ argv, code, says }) => {
  const ended = await type(['drill', ...argv], await three(), { readDrillRecord: async () => undefined });
  expect(ended.code).toBe(code);
  expect(ended.err).toContain(says);
});

test('a chain that does not begin with a drill is no record of one', async () => {
  const entries = [{ seq: 1, hash: '', ...note('hello') }];
  const { code, err } = await type(['drill', 'report', './x.json'], await three(), {
    readDrillRecord: async () => ({ kind: 'whole', entries }),
  });
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('./x.json is no record of a drill') });
});

test('without any run there is nothing to report', async () => {
  const { code, err } = await type(['drill', 'report'], await recordsOf());
  expect({ code, err }).toEqual({ code: 2, err: 'error: no drill has run yet\n  try  godwit drill list  (exit 2)\n' });
});

test('a run with a changed byte is not reported, and one without an end gets no finding', async () => {
  const records = await recordsOf({ id: 'dr-1', end: undefined });
  expect((await type(['drill', 'finding', 'add', 'dr-1', 'late'], records)).err).toContain('has no end');
  const broken: DrillRecords = {
    ...records,
    read: async () => ({ kind: 'broken', entries: [], seq: 3, why: 'it is not what was written' }),
  };
  expect(await type(['drill', 'report', 'dr-1'], broken)).toMatchObject({
    code: 1,
    err: expect.stringContaining('broken at entry 3'),
  });
});

test('a record without an end is checked, and it is said that the run is not over', async () => {
  const records = await recordsOf({ id: 'dr-1', end: undefined });
  const { code, out, err } = await type(['drill', 'report', 'verify'], records, {
    checkRecord: async () => ({ ...fine, values: 0 }),
  });
  expect(out).toContain('it has no end: whether anything is missing');
  expect({ code, err }).toEqual({
    code: 1,
    err: 'It is not over: its record has no end, and nobody writes it: whoever ran it is gone. What undoes it:  godwit drill undo dr-1\n(exit 1)\n',
  });
});

test('exports every run with an end, the failed ones too, as far back as asked', async () => {
  const { code, out } = await type(
    ['drill', 'export', '--evidence', '--since', '60h', '--format', 'json'],
    await three(),
  );
  expect(code).toBe(0);
  const { items, broken } = JSON.parse(out);
  expect(broken).toEqual([]);
  expect(items.map(({ run, passed }: Record<string, unknown>) => [run, passed])).toEqual([
    ['dr-3', false],
    ['dr-2', true],
  ]);
  expect(items[0]).toMatchObject({
    ...{ scenario: 'site-loss', scenarioType: 'live', systems: ['site-a'], recoveryMs: 20_000 },
    objectives: [],
  });
});

test('a run is told in order, without its samples', async () => {
  const { code, out } = await type(['timeline', 'dr-3'], await three());
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "dr-3  site-loss of chat, failed  2026-11-22, UTC and local (+01:00)
    03:21:07Z  04:21:07  begun by ana@desk: practice
    03:21:07Z  04:21:07  ended: failed
    "
  `);
  const md = await type(['timeline', 'dr-3', '-o', 'md'], await three());
  expect(md.out).toMatch(/^## dr-3 .+\n\n\| UTC \| local \(\+01:00\) \| what \|\n/);
  const json = await type(['timeline', 'dr-1', '-o', 'json'], await three());
  expect(JSON.parse(json.out)).toMatchObject({ kind: 'DrillTimeline', run: 'dr-1', verdict: 'passed' });
});

test('runs of drills stand in the history when they are asked for', async () => {
  const { code, out, err } = await type(['history', '--trigger', 'drill'], await three(), { openStore: emptyStore });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "WHEN          RUN   DEPLOYMENT  DRILL      VERDICT
    11-22 03:21Z  dr-3  chat        site-loss  failed
    11-21 03:21Z  dr-2  chat        site-loss  passed
    11-20 03:21Z  dr-1  chat        site-loss  passed
    "
  `);
  expect(err).toContain('godwit drill report dr-3');
  const some = await type(['history', '--trigger', 'drill', '--since', '36h', '-o', 'name'], await three(), {
    openStore: emptyStore,
  });
  expect(some.out).toBe('dr-3\n');
  const none = await type(['history', '--trigger', 'drill,auto'], await recordsOf(), { openStore: emptyStore });
  expect(none.out).toBe('No drill ran in that time.\n');
});

test('what is left out of evidence is said', async () => {
  const records = await three();
  const { code, out, err } = await type(['drill', 'export', '--evidence', '-o', 'json'], {
    ...records,
    read: async (run) => {
      const sight = await records.read(run);
      return sight === undefined || run !== 'dr-2'
        ? sight
        : { kind: 'broken', entries: sight.entries, seq: 5, why: '' };
    },
  });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ items: [{ run: 'dr-3' }, { run: 'dr-1' }], broken: ['dr-2'] });
  expect(err).toContain('Left out, for their records were changed: dr-2');
});

test.for([
  { tornBytes: 7, says: '7 bytes behind the last entry were never whole' },
  { tornBytes: 0, says: 'What closes it behind its end is missing' },
])('verify says what its writer did not come to: $tornBytes bytes', async ({ tornBytes, says }) => {
  const records = await three();
  const readTorn = async () => {
    const sight = await records.read('dr-1');
    return sight?.kind === 'whole' ? { ...sight, tornBytes } : sight;
  };
  const over = { readDrillRecord: readTorn, checkRecord: async () => fine };
  const { code, err } = await type(['drill', 'report', 'verify', './copy.json'], records, over);
  expect([code, err]).toEqual([0, expect.stringContaining(says)]);
});
