import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DrillRun } from '../../src/model/drill-run.ts';
import { drillReportHtml } from '../../src/report/html/drill.ts';
import { junitOf } from '../../src/report/junit.ts';
import * as runs from '../report/support/drill-run.ts';
import { hostileRun } from '../report/support/hostile-run.ts';

/** Debian's; `.ci/run` installs it. Without it these tests fail: a report that no browser opened is not proven. */
const executablePath = '/usr/bin/chromium';
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;
let folder: string;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  expect(existsSync(executablePath), `${executablePath} is missing: apt-get install chromium`).toBe(true);
  folder = await mkdtemp(join(tmpdir(), 'drill-report-'));
  browser = await chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
});

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  /** Whatever was asked for, and whatever the browser complained of. */
  readonly requests: string[];
  readonly complaints: string[];
}

/** As a reader gets it: from disk, without network; scripts are off unless a test needs its own. */
async function open(run: DrillRun, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true, ...options });
  contexts.push(context);
  const page = await context.newPage();
  const opened: Opened = { page, requests: [], complaints: [] };
  page.on('request', (request) => opened.requests.push(request.url()));
  page.on('console', (message) => opened.complaints.push(message.text()));
  page.on('pageerror', (error) => opened.complaints.push(error.message));
  page.on('dialog', (dialog) => opened.complaints.push(`dialog: ${dialog.message()}`));
  const path = join(folder, `${contexts.length}.html`);
  await writeFile(path, drillReportHtml(run, { history: [runs.failedRun()], offsetMin: 60 }));
  await page.goto(pathToFileURL(path).href);
  return opened;
}

/** axe is a script, which the page's own policy forbids: for this page alone it is set aside. */
async function axeFinds(run: DrillRun, colorScheme: 'light' | 'dark'): Promise<readonly string[]> {
  const { page } = await open(run, { javaScriptEnabled: true, bypassCSP: true, colorScheme });
  await page.addScriptTag({ path: axeSource });
  await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
  const found = (await page.evaluate('axe.run(document)')) as AxeResults;
  // Rules that found nothing to look at would find nothing wrong either.
  expect(found.passes.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['color-contrast', 'heading-order', 'html-has-lang']),
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

const kinds = {
  passed: runs.passedRun,
  failed: runs.failedRun,
  interrupted: runs.interruptedRun,
  'not started': runs.notStartedRun,
  simulated: runs.simulatedRun,
  'long and passed': runs.hourLongRun,
} as const;

for (const colorScheme of ['light', 'dark'] as const)
  test.for(Object.entries(kinds))(`axe finds nothing in a run that was %s, in ${colorScheme}`, async ([, make]) => {
    expect(await axeFinds(make(), colorScheme)).toEqual([]);
  });

test('nothing is asked of anybody, and nothing is complained of', async () => {
  const { page, requests, complaints } = await open(runs.passedRun());
  expect(await page.locator('h1').textContent()).toBe('Oslo is lost in working hours');
  expect(requests.map((url) => new URL(url).protocol)).toEqual(['file:']);
  expect(complaints).toEqual([]);
});

test('the style applies under the page’s own policy', async () => {
  const { page } = await open(runs.passedRun(), { javaScriptEnabled: true, colorScheme: 'light' });
  const colour = await page.evaluate('getComputedStyle(document.querySelector(".badge.good")).backgroundColor');
  expect(colour).toBe('rgb(0, 102, 74)');
});

test('hostile texts run nothing, ask for nothing and add no element', async () => {
  const { page, requests, complaints } = await open(hostileRun(), { javaScriptEnabled: true });
  expect(requests).toHaveLength(1);
  expect(complaints).toEqual([]);
  const added = await page.evaluate(
    'document.querySelectorAll("script, img, iframe, object, embed, link, base, form, input, a, [onerror], [onload], [onclick], [style]").length',
  );
  expect(added).toBe(0);
  expect(await page.evaluate('globalThis.owned')).toBeUndefined();
});

test.for(Object.entries({ ...kinds, hostile: hostileRun }))(
  'at 320 pixels the page of a run that was %s does not scroll sideways',
  async ([, make]) => {
    const { page } = await open(make(), { javaScriptEnabled: true, viewport: { width: 320, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    const small = await page.evaluate(
      '[...document.querySelectorAll("p, li, td, th, dd, summary, .chart text")].filter((each) => each.getClientRects().length > 0 && each.getBoundingClientRect().height < 6).length',
    );
    expect(small).toBe(0);
  },
);

test('it prints on A4, with the figures that are folded away on a screen', async () => {
  const { page } = await open(runs.passedRun());
  const printed = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(printed.startsWith('%PDF-')).toBe(true);
  const count = Number(/\/Type \/Pages[^>]*\/Count (\d+)/s.exec(printed)?.[1] ?? /\/Count (\d+)/.exec(printed)?.[1]);
  expect(count).toBeGreaterThan(2);
  expect(count).toBeLessThan(15);
  expect(printed).toMatch(/\/MediaBox \[0 0 59[4-6](\.\d+)? 84[12](\.\d+)?\]/);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.print-only').first().isVisible()).toBe(true);
  expect(await page.locator('details').first().isVisible()).toBe(false);
});

test('test results are XML whatever the record says', async () => {
  const { page } = await open(runs.passedRun(), { javaScriptEnabled: true });
  for (const run of [...Object.values(kinds).map((make) => make()), hostileRun()]) {
    const parsed = `new DOMParser().parseFromString(${JSON.stringify(junitOf(run))}, "text/xml")`;
    expect(await page.evaluate(`${parsed}.querySelector("parsererror")?.textContent`)).toBeUndefined();
    expect(await page.evaluate(`${parsed}.querySelectorAll("testsuites > testsuite > testcase").length`)).toBe(3);
  }
});
