import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { kills } from './mutants/kills.ts';
import { invariantCount } from './mutants/mutant.ts';
import { mutants, notSeen, notYet, seen, unseen } from './mutants/mutants.ts';
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

test('every invariant is the end of a fault, or a list says why it is not', () => {
  const all = Array.from({ length: invariantCount }, (_, index) => `I${index + 1}`);
  const ends = Object.values(kills).map(({ by }) => by);
  const lists = [
    new Set<string>(ends),
    ...[notSeen, notYet].map((list) => new Set<string>(list.map((each) => each.invariant))),
  ];
  const countOf = (invariant: string): number => lists.filter((list) => list.has(invariant)).length;
  expect(all.filter((each) => countOf(each) !== 1)).toEqual([]);
  expect(lists.flatMap((list) => [...list]).filter((each) => !all.includes(each))).toEqual([]);
});

test('a fault ends by an invariant that it names', () => {
  expect(seen.filter(({ name, breaks }) => !breaks.some((each) => each === kills[name]?.by))).toEqual([]);
  expect(seen.length).toBe(Object.keys(kills).length);
  expect(seen.length + unseen.length).toBe(mutants.length);
});

test('no two faults are the same', () => {
  const texts = mutants.map(({ file, find, replace }) => JSON.stringify([file, find, replace]));
  expect(new Set(texts).size).toBe(texts.length);
});
