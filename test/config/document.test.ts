import { expect, test } from 'vitest';
import { readSource } from '../../src/config/document.ts';

const places = (text: string) =>
  readSource(text).findings.map(({ line, column, endColumn, message }) => `${line}:${column}-${endColumn} ${message}`);

const nested = (levels: number): string => `a: ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}\n`;
const bomb = [
  'a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]',
  ...[...'bcdef'].map((key, index) => `${key}: &${key} [${Array(10).fill(`*${'abcdef'[index]}`).join(', ')}]`),
].join('\n');
const tower = [
  'a: &a {x: 1}',
  ...[...'bcdefgh'].map((key, index) => `${key}: &${key} ${'['.repeat(10)}*${'abcdefgh'[index]}${']'.repeat(10)}`),
].join('\n');

test.for([
  ['a value of another type than a map', '- 1\n', []],
  ['nothing', '', []],
  ['only a comment', '# nothing yet\n', []],
  ['64 levels', nested(64), []],
  ['65 levels', nested(66), ['1:68-69 more than 64 levels deep']],
  ['more brackets than the stack has frames', `\n${'['.repeat(200_000)}`, ['2:66-67 more than 64 levels deep']],
  ['more dashes than the stack has frames', '- '.repeat(100_000), ['1:131-132 more than 64 levels deep']],
  ['levels piled up by aliases', tower, ['1:1-13 more than 64 levels deep']],
  ['values piled up by aliases', bomb, ['1:1-37 more than 100000 values']],
  ['100 aliases', `a: &x 1\nb: [${Array(100).fill('*x').join(', ')}]`, []],
  ['101 aliases', `a: &x 1\nb:\n${'- *x\n'.repeat(101)}`, ['103:3-5 more than 100 aliases']],
  ['an alias before its anchor', 'a: *x\nb: &x 1\n', ['1:4-6 the alias *x names nothing above it']],
  ['an alias inside its own anchor', 'a: &x [*x]\n', ['1:8-10 the alias *x would hold itself']],
  ['an anchor on a key', '&k a: 1\nb: *k\n', []],
  ['a tag of its own', 'a: !ruby/object x\n', ['1:17-18 the tag !ruby/object is not allowed']],
  [
    'a tag YAML knows and JSON does not',
    'a: !!binary aGk=\n',
    ['1:13-17 the tag tag:yaml.org,2002:binary is not allowed'],
  ],
  ['a set', 'a: !!set {b}\n', ['1:10-13 the tag tag:yaml.org,2002:set is not allowed']],
  ['a plain tag', 'a: !!str 1\n', []],
  [
    'the same key twice',
    'a: 1\nb: {c: 1, c: 2}\na: 3\n',
    ['2:11-12 the same key stands here twice', '3:1-2 the same key stands here twice'],
  ],
  ['the same key as a number and as text', '1: a\n"1": b\n', ['2:1-4 the same key stands here twice']],
  ['__proto__', 'a:\n  __proto__: {x: 1}\n', ['2:3-12 __proto__ cannot be a key']],
  [
    'constructor and prototype',
    'constructor: 1\nb: {prototype: 2}\n',
    ['1:1-12 constructor cannot be a key', '2:5-14 prototype cannot be a key'],
  ],
  ['a map as a key', '? {a: 1}\n: 2\n', ['1:3-9 a key must be plain text']],
  ['two documents', 'a: 1\n---\nb: 2\n', ['2:1-4 a second document begins; a file holds one']],
  ['a tab as indentation', 'a:\n\tb: 1\n', ['2:1-2 Tabs are not allowed as indentation']],
] as const)('reads %s', ([, text, expected]) => {
  expect(places(text)).toEqual(expected);
});

test('refuses one byte more than a mebibyte, counted in bytes', () => {
  const text = (bytes: number) => `a: "${'é'.repeat((bytes - 6) / 2)}"\n`;
  expect(places(text(1024 * 1024))).toEqual([]);
  expect(places(`${text(1024 * 1024)}#`)).toEqual(['1:1-2 the configuration is larger than 1024 KiB']);
});

test('reads a large map without comparing every key with every other', () => {
  const keys = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`);
  const began = performance.now();
  expect(places([...keys, 'k7: 2'].join('\n'))).toEqual(['40001:1-3 the same key stands here twice']);
  expect(performance.now() - began).toBeLessThan(8000);
});

test('lists a hundred mistakes of the text, not more', () => {
  expect(places(Array(150).fill('a: 1').join('\n'))).toHaveLength(100);
  expect(places(Array(150).fill('"a": "b" c').join('\n\n')).length).toBeLessThanOrEqual(100);
});

test('tells an unquoted reference inside braces from other mistakes', () => {
  const { findings } = readSource('a: 1\nb: { c: ${env:X}, d: 1 }\n');
  expect(findings[0]).toMatchObject({ line: 2, column: 9, endColumn: 17, hint: 'write "${env:X}" in quotes' });
});

test('does not look for a reference through a line of a million braces for seconds', () => {
  const began = performance.now();
  readSource(`a: "\n${'{'.repeat(1_000_000)}`);
  expect(performance.now() - began).toBeLessThan(3000);
});

test('counts columns and lines the same with a byte order mark and with Windows line ends', () => {
  const twins = 'aa: 1\nb:\n  c: 1\n  c: 2\naa: 2\n';
  expect(places(twins.replaceAll('\n', '\r\n'))).toEqual(places(twins));
  expect(places(`\ufeff${twins}`)).toEqual(places(twins));
  expect(places('\ufeffaa: 1\naa: 2')).toEqual(['2:1-3 the same key stands here twice']);
});

const source = readSource(
  'a:\n  - x\n  - {k: v}\nb: &b\n  c: 1\n  d:\ne: *b\n2: two\n"": nothing\nf: |\n  long\n  text\n',
);
const at = (path: readonly (string | number)[]) => {
  const { line, column, endColumn } = source.findingAt(path, 'here');
  return `${line}:${column}-${endColumn}`;
};

test.for([
  ['an item of a list', ['a', 0], '2:5-6'],
  ['a value in a list', ['a', 1, 'k'], '3:9-10'],
  ['a map in a list, where it begins', ['a', 1], '3:5-11'],
  ['a list, where it begins', ['a'], '2:3-6'],
  ['a map, by its key', ['b'], '4:1-2'],
  ['a value', ['b', 'c'], '5:6-7'],
  ['an empty value, by its key', ['b', 'd'], '6:3-4'],
  ['what is not there, by the nearest key above', ['b', 'x', 'y'], '4:1-2'],
  ['what is not there at all, by the beginning', ['x'], '1:1-3'],
  ['what an alias stands for', ['e', 'c'], '5:6-7'],
  ['a key that is a number', ['2'], '8:4-7'],
  ['a key of no length', [''], '9:5-12'],
  ['text over several lines, by its first', ['f'], '10:4-5'],
  ['an item past the end, by the key of the list', ['a', 9], '1:1-2'],
] as const)('marks %s', ([, path, expected]) => {
  expect(at(path)).toBe(expected);
});

test('marks a key that is there, else the map it would be in', () => {
  expect(source.findingAtKey(['b'], 'c', 'here')).toMatchObject({ line: 5, column: 3, endColumn: 4, path: 'b.c' });
  expect(source.findingAtKey(['b'], 'z', 'here')).toMatchObject({ line: 4, column: 1, path: 'b.z' });
});

test('knows the line of a value that is there', () => {
  expect(source.lineOf(['b', 'c'])).toBe(5);
  expect(source.lineOf(['e', 'c'])).toBe(5);
  expect(source.lineOf(['b', 'zz'])).toBeUndefined();
});
