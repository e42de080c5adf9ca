import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sumOfMetric } from '../../src/probes/metrics-text.ts';

const name = 'vllm:num_requests_running';

test.for<{ name: string; page: string; value: number | undefined }>([
  { name: 'a bare sample', page: `${name} 3\n`, value: 3 },
  { name: 'a float', page: `${name} 3.0\n`, value: 3 },
  { name: 'an exponent', page: `${name} 1.2e+01\n`, value: 12 },
  { name: 'zero', page: `${name} 0\n`, value: 0 },
  { name: 'labels', page: `${name}{engine="0",model_name="tiny"} 3.0\n`, value: 3 },
  { name: 'one per engine', page: `${name}{engine="0"} 3\n${name}{engine="1"} 4\n`, value: 7 },
  { name: 'a brace, a comma, an escape and a hash in a label', page: `${name}{a="}\\"#, \\\\"} 3\n`, value: 3 },
  { name: 'empty labels', page: `${name}{} 3\n`, value: 3 },
  { name: 'blanks and tabs around', page: `  ${name} \t{a="b"}\t 3  \n`, value: 3 },
  { name: 'a time stamp', page: `${name} 3 1700000000000\n`, value: 3 },
  { name: 'a time stamp with a fraction', page: `${name} 3 1700000000.5\n`, value: 3 },
  { name: 'an exemplar', page: `${name}{a="b"} 3 # {trace="x 9"} 9 1700000000.5\n`, value: 3 },
  { name: 'a time stamp and an exemplar', page: `${name} 3 1700000000 # {} 9\n`, value: 3 },
  { name: 'lines that end as on Windows', page: `${name} 3\r\n`, value: 3 },
  { name: 'an end that is marked', page: `${name} 3\n# EOF`, value: 3 },
  {
    name: 'comments and others of like name',
    page: `# TYPE ${name} gauge\n${name}_max 9\nx_${name} 9\n${name} 3\n`,
    value: 3,
  },
  { name: 'nothing', page: '', value: undefined },
  { name: 'only others', page: `${name}_max 9\n`, value: undefined },
  { name: 'only its comments', page: `# HELP ${name} running\n`, value: undefined },
  { name: 'a last line without an end', page: `${name} 1`, value: undefined },
  { name: 'another line without an end', page: `${name} 1\nother 2`, value: undefined },
  ...['NaN', 'nan', 'NAN', 'Inf', '+inf', '-Inf', 'infinity', '-1', '0x10', '1_000', '1e999', 'x', ''].map((value) => ({
    name: `the value "${value}"`,
    page: `${name} ${value}\n`,
    value: undefined,
  })),
  { name: 'one bad sample among good ones', page: `${name}{a="0"} 3\n${name}{a="1"} NaN\n`, value: undefined },
  { name: 'labels without an end', page: `${name}{a="b 3\n`, value: undefined },
  { name: 'something behind the value', page: `${name} 3 x\n`, value: undefined },
  { name: 'something behind the time stamp', page: `${name} 3 4 5\n`, value: undefined },
])('reads $name', ({ page, value }) => {
  expect(sumOfMetric(page, name)).toBe(value);
});

const escaped = (text: string): string =>
  text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', ' ');
const labels = fc
  .array(fc.tuple(fc.constantFrom('engine', 'model_name', 'x'), fc.string({ unit: 'grapheme' })), { maxLength: 3 })
  .map((pairs) => `{${pairs.map(([key, value]) => `${key}="${escaped(value)}"`).join(',')}}`);
const sample = fc.record({
  isOurs: fc.boolean(),
  labels: fc.oneof(fc.constant(''), labels),
  value: fc.nat(5000),
  stamp: fc.constantFrom('', ' 1700000000000', ' 1700000000.25'),
  exemplar: fc.oneof(
    fc.constant(''),
    labels.map((each) => ` # ${each} 0.5`),
  ),
});

function pageOf(samples: readonly (typeof sample extends fc.Arbitrary<infer T> ? T : never)[]): string {
  const line = (each: (typeof samples)[number]): string =>
    `${each.isOurs ? name : `${name}_other`}${each.labels} ${each.value}${each.stamp}${each.exemplar}\n`;
  return `# TYPE ${name} gauge\n${samples.map(line).join('')}`;
}

test('sums all samples of the metric and no other, whatever their labels and exemplars', () => {
  fc.assert(
    fc.property(fc.array(sample), (samples) => {
      const ours = samples.filter(({ isOurs }) => isOurs);
      const sum = ours.reduce((total, { value }) => total + value, 0);
      expect(sumOfMetric(pageOf(samples), name)).toBe(ours.length === 0 ? undefined : sum);
    }),
    { numRuns: 500 },
  );
});

test('a page cut in the middle of a line is no answer', () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1 }), fc.nat(), (samples, at) => {
      const page = pageOf(samples);
      const cut = page.slice(0, at % page.length);
      if (!cut.endsWith('\n')) expect(sumOfMetric(cut, name)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('whatever the page holds, the answer is a number from 0 up or none', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(name, '{', '}', '"', '\\', ' ', '\n', '3', '#', 'NaN', 'e', '-'));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const value = sumOfMetric(`${name}${pieces.join('')}\n`, name);
      expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
