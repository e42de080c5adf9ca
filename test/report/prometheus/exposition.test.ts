import { expect, test } from 'vitest';
import { expositionText, type Family } from '../../../src/report/prometheus/exposition.ts';

test('a family is its help, its type and its series, in the order given', () => {
  const family: Family = {
    ...{ name: 'godwit_paused', help: 'Whether.', type: 'gauge' },
    samples: [
      { labels: { deployment: 'chat' }, value: 1 },
      { labels: {}, value: 0.25 },
    ],
  };
  expect(expositionText([family])).toBe(
    '# HELP godwit_paused Whether.\n# TYPE godwit_paused gauge\ngodwit_paused{deployment="chat"} 1\ngodwit_paused 0.25\n',
  );
});

test('a family without series still tells its name', () => {
  const family: Family = { name: 'godwit_leader', help: 'Whether.', type: 'counter', samples: [] };
  expect(expositionText([family])).toBe('# HELP godwit_leader Whether.\n# TYPE godwit_leader counter\n');
});

test('what the format acts on is escaped, in labels and in help', () => {
  const samples = [{ labels: { site: 'a"b\\c\nd' }, value: 1 }];
  expect(expositionText([{ name: 'x', help: 'a"b\\c\nd', type: 'gauge', samples }])).toBe(
    '# HELP x a"b\\\\c\\nd\n# TYPE x gauge\nx{site="a\\"b\\\\c\\nd"} 1\n',
  );
});

test('a histogram ends with everything, whatever its limits', () => {
  const samples = [{ labels: { a: 'b' }, within: [{ limit: 0.25, count: 1 }], sum: 1.5, count: 3 }];
  expect(
    expositionText([{ name: 'x', help: 'h', type: 'histogram', samples }])
      .split('\n')
      .slice(2),
  ).toEqual(['x_bucket{a="b",le="0.25"} 1', 'x_bucket{a="b",le="+Inf"} 3', 'x_sum{a="b"} 1.5', 'x_count{a="b"} 3', '']);
});

test.for([Number.NaN, Number.POSITIVE_INFINITY])('%s is no value: what is not known is left out', (value) => {
  const samples = [{ labels: {}, value }];
  expect(() => expositionText([{ name: 'x', help: 'h', type: 'gauge', samples }])).toThrow(`x is ${value}`);
});
