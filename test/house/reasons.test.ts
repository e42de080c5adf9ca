import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reasonCodes } from '../../src/model/reason.ts';

/**
 * "A message with values" can be read off the source: whatever is written as a constant says the same in every situation,
 * and no value of any. Each constant stands here with why it has none to name.
 */
const constants: Readonly<Record<string, string>> = {
  'ModeOff: failover.mode is off': 'names the setting and its value',
  'AdviseMode: failover.mode is advise: a person decides': 'names the setting and its value',
  'UnknownView: nobody watches: no controller runs': 'nobody is there to be named',
  'UnknownView: no controller has looked at it': 'nothing was seen that could be told',
  'NoReadyCapacity: no site has weight': 'there is no site to be away from',
  'Withdrawn: whoever asked for it stopped waiting before anybody took it up':
    'the request that it answers holds the rest',
  'Withdrawn: interrupted before it began': 'the person who reads it pressed the keys',
};

/** Where reasons are made; the simulator and the contract kit make some up. */
const files = globSync('src/{core,engine,cli}/**/*.ts', { cwd: new URL('../..', import.meta.url).pathname }).sort();

interface Said {
  readonly code: string;
  /** The source of its message. */
  readonly message: string;
}

/** `code: 'CoolDown', … message: <source>`, or `message` alone for what was named before. */
const made = /\bcode: '(\w+)',[^{}]*?\bmessage\b(: )?/g;
/** By functions that are given code or message: what counts is what they are called with. */
const given = /\b(?:refused\(\s*'(\w+)',|(nothing|isSo)\()\s*/g;
const codeOf: Readonly<Record<string, string>> = { nothing: 'NothingToOrder', isSo: 'AlreadyThere' };

function saidIn(source: string): readonly Said[] {
  const here = [...source.matchAll(made)].flatMap(({ 0: all, 1: code = '', 2: isSpelled, index }): Said[] => {
    const message = isSpelled === undefined ? namedBefore(source, index) : expression(source.slice(index + all.length));
    return message === undefined ? [] : [{ code, message }];
  });
  const called = [...source.matchAll(given)].map(({ 0: all, 1: code, 2: name = '', index }): Said => {
    return { code: code ?? codeOf[name] ?? '', message: expression(source.slice(index + all.length)) };
  });
  return [...here, ...called].filter(({ code }) => (reasonCodes as readonly string[]).includes(code));
}

/** Undefined: a parameter, for which the callers answer. */
function namedBefore(source: string, index: number): string | undefined {
  const before = source.slice(0, index);
  const at = before.lastIndexOf('const message =');
  return before.lastIndexOf('message: string') > at ? undefined : before.slice(at, before.indexOf(';', at));
}

/** One literal, or the rest of the line. */
function expression(source: string): string {
  return /^(?:'(?:[^'\\]|\\.)*'|`[^`]*`)/.exec(source)?.[0] ?? /^.*/.exec(source)?.[0] ?? '';
}

/** Sentences without a value; the parts of a template are none. */
function constantsOf({ code, message }: Said): readonly string[] {
  const templates = [...message.matchAll(/`[^`]*`/g)].map(([text]) => text);
  const rest = message.replaceAll(/`[^`]*`/g, '');
  const quoted = [...rest.matchAll(/'((?:[^'\\]|\\.)* (?:[^'\\]|\\.)*)'/g)].map(([, text = '']) => text);
  const valueless = templates.filter((text) => !text.includes('${')).map((text) => text.slice(1, -1));
  return [...quoted, ...valueless].map((text) => `${code}: ${text}`);
}

const said = files.flatMap((file) => saidIn(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')));

test.for(reasonCodes)('%s is said with a message that can be read here', (code) => {
  expect(said.filter((each) => each.code === code)).not.toEqual([]);
});

test('a message names values, or stands in the list of those that have none', () => {
  expect([...new Set(said.flatMap(constantsOf))].sort()).toEqual(Object.keys(constants).sort());
});

test.for([
  { source: "{ code: 'Paused', message: 'it is paused' }", constant: ['Paused: it is paused'] },
  { source: "{ code: 'Paused', site, message: `by ${name}` }", constant: [] },
  { source: "{ code: 'Paused', message: error.message }", constant: [] },
  {
    source: "const message = a ? 'one or other' : `${a} of b`;\nuse({ code: 'Paused', message })",
    constant: ['Paused: one or other'],
  },
  { source: "return refused('Withdrawn', `nobody came`)", constant: ['Withdrawn: nobody came'] },
])('$source has the constants $constant', ({ source, constant }) => {
  expect(saidIn(source).flatMap(constantsOf)).toEqual(constant);
});
