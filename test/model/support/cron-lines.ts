import fc from 'fast-check';

function part(least: number, most: number): fc.Arbitrary<string> {
  const number = fc.integer({ min: least, max: most });
  const range = fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)].join('-'));
  const step = fc.integer({ min: 1, max: Math.min(most, 15) });
  return fc.oneof(
    number.map(String),
    range,
    fc.tuple(range, step).map(([text, by]) => `${text}/${by}`),
  );
}

function field(least: number, most: number): fc.Arbitrary<string> {
  const list = fc.array(part(least, most), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
  return fc.oneof(fc.constant('*'), list);
}

/** Lines that every cron reads alike, and whose days come every year. */
export const cronLines: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      field(0, 59),
      fc.integer({ min: 1, max: 40 }).map((step) => `*/${step}`),
    ),
    fc.oneof(
      field(0, 23),
      fc.integer({ min: 1, max: 12 }).map((step) => `*/${step}`),
    ),
    field(1, 28),
    field(1, 12),
    field(0, 6),
  )
  .map((fields) => fields.join(' '));
