import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { backtestHtml } from '../../../src/report/html/backtest.ts';
import { someBacktest } from '../support/backtest.ts';

test('the page loads nothing and runs nothing, and allows its own style alone', () => {
  const page = backtestHtml(someBacktest());
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page.replaceAll('&#39;', "'")).toContain(
    `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(page).not.toMatch(/<script|<link|<img|https?:|style="/);
});

test('a strip for each row steps where its replicas do', () => {
  const page = backtestHtml(someBacktest());
  const areas = [...page.matchAll(/<path class="area s0" d="(M[^"]*)"/g)].map(([, path]) => path);
  expect(areas.filter((path) => path !== 'M0 0H26V12H0Z')).toHaveLength(3);
  // Ten hours over 880 units, from 64: ready after 5 minutes, one of two from the fifth hour on, a strip 34 high above 88.
  expect(areas[0]).toMatch(/^M64 88H71\.3V54H504V71H944/);
  expect(page).toContain('>10 h</text>');
  expect(page).toContain('None served: godwit 0.0% of the time, spot only, east 10.0% of the time');
});

test('the line of what is wanted steps with a demand that changes', () => {
  const demand = [
    { atMs: 0, replicas: 1 },
    { atMs: 18_000_000, replicas: 2 },
  ];
  expect(backtestHtml({ ...someBacktest(), demand })).toContain('<path class="line want" d="M64 71H504V54H944"/>');
});

test('the notes say how often it was rebalanced, and nothing of that where it was not', () => {
  expect(backtestHtml({ ...someBacktest(), rebalancedEveryMs: 3_600_000 })).toMatch(
    /<li>Rebalanced: [^<]*every 1h, [^<]*<\/li>/,
  );
  expect(backtestHtml(someBacktest())).not.toMatch(/rebalance/i);
});

test('names are text and no markup', () => {
  const page = backtestHtml(someBacktest('<script>"&', { violations: ['<b>I4</b>'] }));
  expect(page).not.toMatch(/<script|<b>/);
  expect(page).toContain('Violation of &lt;b&gt;I4&lt;/b&gt;');
});
