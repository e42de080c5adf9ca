import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { renderFindings } from '../../src/config/finding.ts';
import { resolvedValues, showConfig, showResolved } from '../../src/config/show.ts';
import { GodwitError } from '../../src/errors.ts';
import { fixture, loadText } from './support/load.ts';

const text = readFileSync(fixture('everything.yaml'), 'utf8');
const numRuns = 400;

/** Loads, or has findings that stand inside the text and can be drawn; anything else fails the property. */
async function judge(given: string, isForUse = false): Promise<string> {
  const end = await loadText(given, { isForUse, env: { HF_TOKEN: 'canary-51c0' } }).catch((error: unknown) => {
    if (error instanceof GodwitError) return undefined;
    throw error;
  });
  if (end === undefined) return 'refused';
  const findings = end.kind === 'invalid' ? end.findings : end.warnings;
  const shown = end.kind === 'invalid' ? end.text : end.source.text;
  const lines = shown.split('\n');
  for (const { line, column, endColumn, message } of findings) {
    expect(line, message).toBeGreaterThanOrEqual(1);
    expect(line, message).toBeLessThanOrEqual(lines.length);
    expect(column, message).toBeGreaterThanOrEqual(1);
    expect(column, message).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    expect(endColumn, message).toBeGreaterThan(column);
    expect(message).not.toBe('');
  }
  const drawn = renderFindings(findings, shown, 'f');
  expect(drawn).not.toMatch(/[^\P{Cc}\n]/u);
  if (end.kind === 'loaded') {
    const all = `${showConfig(end)}${showResolved(end)}${JSON.stringify(resolvedValues(end))}${drawn}`;
    expect(all).not.toContain('canary-51c0');
    return 'loaded';
  }
  expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
  return 'invalid';
}

const holds = (arbitrary: fc.Arbitrary<string>, runs = numRuns) =>
  fc.assert(
    fc.asyncProperty(arbitrary, fc.boolean(), async (given, isForUse) => {
      await judge(given, isForUse);
    }),
    { numRuns: runs },
  );

const scraps = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '? ',
    '&a ',
    '*a',
    '!!set ',
    '!x ',
    '|',
    '>',
    '"',
    "'",
    '#',
    '\n',
    '\n  ',
    '\t',
  ],
  ...[
    '\r\n',
    '\r',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '<<: *a',
    '__proto__: ',
    '~',
    '\ufeff',
    '\u0000',
    '${env:X}',
    '\ud800',
  ],
  ...[
    '${file:/proc/self/mem}',
    '1',
    '0x1F',
    '.inf',
    '.nan',
    '1e999',
    '30s',
    '101%',
    'null',
    'toString',
    'sites:',
    'traffic:',
  ],
);

test(
  'any text at all loads or is refused at a place in it',
  () => holds(fc.string({ unit: 'binary', maxLength: 300 })),
  60_000,
);

test(
  'any pile of what means something to YAML loads or is refused at a place in it',
  () => holds(fc.array(scraps, { maxLength: 40 }).map((parts) => parts.join(''))),
  60_000,
);

test('the full configuration with cuts, scraps and swaps in its text', () => {
  const edit = fc.record({
    at: fc.nat(text.length),
    cut: fc.nat(60),
    put: fc.oneof(scraps, fc.string({ maxLength: 5 })),
  });
  return holds(
    fc
      .array(edit, { minLength: 1, maxLength: 4 })
      .map((edits) => edits.reduce((each, { at, cut, put }) => each.slice(0, at) + put + each.slice(at + cut), text)),
  );
}, 60_000);

test(
  'the full configuration cut off anywhere',
  () =>
    holds(
      fc.nat(text.length).map((at) => text.slice(0, at)),
      150,
    ),
  60_000,
);

/** All paths into the fixture's value, to put anything at any of them. */
function pathsOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  const inner = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  return [at, ...inner.flatMap(([key, each]) => pathsOf(each, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? replaced(each, rest, put) : each));
  const map = value as Readonly<Record<string, unknown>>;
  return { ...map, [key]: replaced(map[key], rest, put) };
}

const value = parse(text) as unknown;
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    null,
    '',
    0,
    -1,
    1.5,
    1e300,
    '0s',
    '999999999d',
    '100%',
    '0%',
    '${env:NONE}',
    '${env:HF_TOKEN}',
    {},
    [],
  ),
  fc.dictionary(
    fc.constantFrom('oslo', 'chat-70b', 'toString', 'valueOf', 'hasOwnProperty', '1', 'a.b'),
    fc.jsonValue({ maxDepth: 1 }),
  ),
);

test('the full configuration with anything in the place of any of its values', async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...pathsOf(value)), anything), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (changes, isForUse) => {
        const changed = changes.reduce<unknown>((each, [path, put]) => {
          const isThere = path.reduce<unknown>((at, key) => Object(at)[key], each) !== undefined;
          return isThere ? replaced(each, path, put) : each;
        }, value);
        const end = await judge(stringify(changed), isForUse);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      },
    ),
    { numRuns: 2 * numRuns },
  );
  expect([...ends.keys()].sort(), 'both ends are met').toEqual(['invalid', 'loaded']);
}, 60_000);
