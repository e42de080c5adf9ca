import { expect, test } from 'vitest';
import { unfitValues } from '../../src/model/container.ts';

const secret = 'keep it in the cloud’s secret manager, and let the machine read it by its own role';

test('values that any container can be given are fit', () => {
  expect(unfitValues({ HF_HOME: '/srv', _A1: 'line\nline' }, ['--port=1', '--api-key-file', '/run/key', 'é'])).toEqual(
    [],
  );
});

test.for([
  ['a token', { HF_TOKEN: 'letmein' }, [], { env: 'HF_TOKEN' }, /^looks like a secret \(its name is HF_TOKEN\)/],
  [
    'an option with its value',
    {},
    ['x', '--api-key=letmein'],
    { arg: 1 },
    /^looks like a secret \(its name is api-key\)/,
  ],
  [
    'a value after its option',
    {},
    ['--api-key', 'letmein'],
    { arg: 1 },
    /^looks like a secret \(its name is api-key\)/,
  ],
  ['a value of many lines', {}, ['--token=a\nb'], { arg: 0 }, /^looks like a secret \(its name is token\)/],
] as const)('%s is said by its place and never by its value', ([, env, args, at, why]) => {
  const [found, ...others] = unfitValues(env, args);
  expect(found).toMatchObject({ at, why: expect.stringMatching(why), todo: secret });
  expect(JSON.stringify(found)).not.toContain('letmein');
  expect(others).toEqual([]);
});

test.for([
  ['a name with a sign in it', { 'A=B': 'x' }, []],
  ['a name that begins with a digit', { '1A': 'x' }, []],
  ['no name', { '': 'x' }, []],
  ['a NUL', { A: 'a\0b' }, []],
  ['half a character', {}, ['\ud800']],
] as const)('%s cannot be given to a program', ([, env, args]) => {
  expect(unfitValues(env, args)).toHaveLength(1);
});
