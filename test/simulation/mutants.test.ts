import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { invariantCount } from './mutants/mutant.ts';
import { mutants, notYet } from './mutants/mutants.ts';
import { mutate, sourceOf } from './mutants/mutate.ts';

test('every fault has a name of its own', () => {
  const names = mutants.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test.for(mutants)('$name stands once in its file and changes what is run', (mutant) => {
  const source = sourceOf(mutant);
  const faulty = stripTypeScriptTypes(mutate(source, mutant));
  expect(faulty).not.toBe(stripTypeScriptTypes(source));
});

test('every invariant is broken by a fault, or the list says why none can yet', () => {
  const all = Array.from({ length: invariantCount }, (_, index) => `I${index + 1}`);
  const broken = new Set<string>(mutants.flatMap(({ breaks }) => breaks));
  const left = new Set<string>(notYet.map(({ invariant }) => invariant));
  expect(all.filter((each) => broken.has(each) === left.has(each))).toEqual([]);
  expect([...broken, ...left].filter((each) => !all.includes(each))).toEqual([]);
});

test('no two faults are the same', () => {
  const texts = mutants.map(({ file, find, replace }) => JSON.stringify([file, find, replace]));
  expect(new Set(texts).size).toBe(texts.length);
});
