import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { DrillRun } from '../../../src/model/drill-run.ts';
import { drillReportHtml } from '../../../src/report/html/drill.ts';
import * as runs from '../support/drill-run.ts';
import { hostileRun } from '../support/hostile-run.ts';

/** Text between tags, as a reader sees it. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

test.for([
  { make: runs.passedRun, says: 'Passed all 3 objectives were met.' },
  { make: runs.failedRun, says: 'Failed 1 of 3 objectives was not met.' },
  { make: runs.abortedRun, says: 'Aborted it was ended before its time, and nothing is claimed of it.' },
  { make: runs.interruptedRun, says: 'Interrupted whoever ran it died, and nothing is claimed of it.' },
  { make: runs.inconclusiveRun, says: 'Inconclusive not everything that its objectives need was measured.' },
  {
    make: runs.notStartedRun,
    says: 'Not started what must hold before anything is broken did not, and nothing was broken.',
  },
])('the first thing said is the verdict: $says', ({ make, says }) => {
  const run = make();
  const text = textOf(drillReportHtml(run));
  expect(text).toContain(says);
  for (const why of run.end.because) expect(text).toContain(why);
});

test('a failed run shows what was to be and what was', () => {
  expect(textOf(drillReportHtml(runs.failedRun()))).toContain('recoveryTime <= 15s 41s no');
});

test.for([
  { make: runs.simulatedRun, says: 'SIMULATED Everything in this report happened in a simulator.' },
  { make: runs.tabletopRun, says: 'TABLETOP People talked this drill through' },
])('a run that broke nothing real says so before its verdict: $says', ({ make, says }) => {
  const text = textOf(drillReportHtml(make()));
  expect(text.indexOf(says)).toBeGreaterThan(0);
  expect(text.indexOf(says)).toBeLessThan(text.indexOf('Objectives, fixed before it began'));
});

test('a live run says neither', () => {
  expect(drillReportHtml(runs.passedRun())).not.toMatch(/SIMULATED|TABLETOP/);
});

test('the page holds its record’s facts', () => {
  const run = runs.passedRun();
  const text = textOf(drillReportHtml(run));
  for (const fact of [
    ...[run.id, run.head, run.configDigest, 'godwit 0.1.0', 'ana@desk', 'quarterly test, ticket OPS-4411', 'Bo Holm'],
    ...['blackhole at oslo, for 1m30s', 'armed until 09:31:40Z, read back', 'not in force, read back'],
    ...[
      'undone, and read back where it was done',
      'the same before and after',
      'SiteDead: nothing comes back from oslo',
    ],
    ...['3 of 3 vantages have no answer from oslo for 4s', 'op-7f3k', 'dashboards show the move; support has no calls'],
    ...['The page to the engineer on call came two minutes after the failover.', '2026-12-18', 'not legal advice'],
    'From the first fault until it was stable: 13s, most of it to shift (5s).',
  ])
    expect(text).toContain(fact);
});

test('what was not measured is said, and nothing is put in its place', () => {
  const text = textOf(drillReportHtml(runs.inconclusiveRun()));
  expect(text).toContain('ttft.p95 <= 2s within 20s of fault not measured not known');
  expect(text).toContain('The end of shift was not seen; what came before it took 7s.');
  expect(textOf(drillReportHtml(runs.interruptedRun()))).toContain('not known: nobody read back that it is undone');
  expect(textOf(drillReportHtml(runs.interruptedRun()))).toContain(
    'not known: it was not recorded both before and after',
  );
});

test('of a recovery whose first part has no end nothing is drawn', () => {
  const run = runs.passedRun();
  const phases = run.end.phases.slice(0, 1).map((each) => ({ ...each, untilMs: undefined }));
  const page = drillReportHtml(runs.endingAs({ phases }));
  expect(textOf(page)).toContain('The end of detect was not seen.');
  expect(textOf(page)).toContain('09:30:40Z not seen not measured');
  expect(page).not.toContain('phases-title');
});

test('a record without samples has no drawing, and says so', () => {
  const page = drillReportHtml(runs.notStartedRun());
  expect(page).not.toContain('<svg');
  expect(textOf(page)).toContain('The gateway was not sampled: there is nothing to draw.');
});

test('weights or replicas that are others than before are named', () => {
  const { before } = runs.passedRun();
  const after = { weights: { oslo: 0, paris: 60, rome: 40 }, replicas: before?.replicas ?? [] };
  expect(textOf(drillReportHtml(runs.endingAs({}, { after })))).toContain('not the same: other weights than before');
  const fewer = { weights: before?.weights ?? {}, replicas: before?.replicas.slice(1) ?? [] };
  expect(textOf(drillReportHtml(runs.endingAs({}, { after: fewer })))).toContain(
    'not the same: other replicas than before',
  );
});

test('counts that began anew are not summed up', () => {
  const run = runs.passedRun();
  const samples = run.samples.map((each, index) =>
    index < 60 ? each : { ...each, ended: each.ended - 3000, lost: 0 },
  );
  expect(textOf(drillReportHtml({ ...run, samples }))).toContain('how many were lost is not known');
});

test('times are UTC, and how far local time was ahead is said once when it is known', () => {
  expect(textOf(drillReportHtml(runs.passedRun()))).toContain('All times are UTC.');
  const page = textOf(drillReportHtml(runs.passedRun(), { offsetMin: -210 }));
  expect(page.match(/UTC-03:30/g)).toHaveLength(1);
});

test('the last six earlier runs of the same drill are drawn beside it, and no other', () => {
  const earlier = (days: number, rest: Partial<DrillRun> = {}): DrillRun => ({
    ...runs.passedRun(),
    ...{ id: `dr-${days}`, beganAtMs: runs.beganAtMs - days * 86_400_000 },
    ...rest,
  });
  const other = earlier(1, { drill: { ...runs.drill, name: 'another' } });
  const history = [other, ...[2, 3, 4, 5, 6, 7, 8].map((days) => earlier(days))];
  const page = drillReportHtml(runs.passedRun(), { history });
  expect([...page.matchAll(/>(2026-11-\d\d) passed</g)].map(([, day]) => day)).toEqual([
    ...['2026-11-25', '2026-11-24', '2026-11-23', '2026-11-22', '2026-11-21', '2026-11-20'],
  ]);
});

test('one policy, one style, and its hash', () => {
  const page = drillReportHtml(runs.passedRun());
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
  expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
  expect(page.match(/<style/g)).toHaveLength(1);
});

test.for([
  { name: 'usual', make: () => runs.passedRun() },
  { name: 'hostile', make: hostileRun },
])('a page ($name) has no script, no style of an element, no handler and no address', ({ make }) => {
  const page = drillReportHtml(make());
  const tags = [...page.matchAll(/<([a-z][a-z0-9]*)([^>]*)>/g)];
  expect(
    [...new Set(tags.map(([, name]) => name))].filter((name) =>
      /^(script|img|iframe|object|embed|link|base|form|input|a|use|image|foreignObject|animate|set)$/.test(name ?? ''),
    ),
  ).toEqual([]);
  const names = tags.flatMap(([, , rest]) =>
    [...(rest ?? '').replace(/"[^"]*"/g, '""').matchAll(/([^\s=]+)=""/g)].map(([, name]) => name ?? ''),
  );
  expect(names.filter((name) => /^(on|style$|href|src|xlink|action)/.test(name))).toEqual([]);
});

test('what a record has in the place of a text is no markup either', () => {
  const evil = { markup: '<meta http-equiv="refresh" content="0;url=http://evil.example">' };
  const run = JSON.parse(JSON.stringify({ ...runs.passedRun(), version: evil, configDigest: [evil, null, true] }));
  const page = drillReportHtml(run);
  expect(page).not.toContain('http-equiv="refresh"');
  expect(textOf(page)).toContain('http-equiv=');
});

test('every drawing says what it shows, and has its figures in a table', () => {
  const page = drillReportHtml(runs.passedRun());
  const drawings = [...page.matchAll(/<svg class="chart" role="img" aria-labelledby="(\S+) (\S+)".*?<\/svg>/gs)];
  expect(drawings).toHaveLength(5);
  for (const [drawing, title, desc] of drawings) {
    expect(drawing).toMatch(new RegExp(`<title id="${title}">[^<]+</title><desc id="${desc}">[^<]+</desc>`));
    expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
  }
  expect(page.match(/<details>/g)).toHaveLength(4);
  expect(page.match(/<details>.*?by the second.*?<\/details>/gs)).toHaveLength(4);
});

test.for([
  { name: 'from the fault', of: 'fault', from: 341.9 },
  { name: 'from the detection', of: 'detection', from: 360.4 },
] as const)('a limit is drawn from when it is claimed: $name', ({ of, from }) => {
  const run = runs.passedRun();
  const claim = { ...runs.ttftClaim, span: { kind: 'within' as const, ms: 20_000, of } };
  const drill = { ...run.drill, hypothesis: [claim] };
  expect(drillReportHtml({ ...run, drill })).toContain(`class="line limit" d="M${from} `);
  const unseen = { ...run, drill, end: { ...run.end, phases: [] } };
  expect(/class="line limit" d="M[1-9]/.test(drillReportHtml(unseen))).toBe(of === 'fault');
});

test('identifiers are used once', () => {
  const ids = [...drillReportHtml(runs.passedRun()).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

test('headings follow each other without a gap', () => {
  const levels = [...drillReportHtml(runs.passedRun()).matchAll(/<h(\d)>/g)].map(([, level]) => Number(level));
  expect(levels[0]).toBe(1);
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  expect(levels.every((level, index) => level <= (levels[index - 1] ?? 1) + 1)).toBe(true);
});

test('an hour at a sample a second stays under 400 KB, with figures by the minute', () => {
  const run = runs.hourLongRun();
  expect(run.samples).toHaveLength(3600);
  const page = drillReportHtml(run);
  expect(Buffer.byteLength(page)).toBeLessThan(400_000);
  expect(page.match(/<details>.*?by the minute.*?<\/details>/gs)).toHaveLength(4);
});

test('of a long run the minute around the fault is drawn again, closer, and of a short one it is not', () => {
  const page = drillReportHtml(runs.hourLongRun());
  expect(page).toContain('<h3>Closer: 09:39:30Z to 09:40:33Z, around the fault and the recovery</h3>');
  expect(page.match(/<svg class="chart"/g)).toHaveLength(9);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
  expect(drillReportHtml(runs.passedRun())).not.toContain('Closer:');
});

test('the same record gives the same page', () => {
  expect(drillReportHtml(runs.passedRun())).toBe(drillReportHtml(runs.passedRun()));
});
