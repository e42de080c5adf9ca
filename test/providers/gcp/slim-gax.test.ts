import protos from '@google-cloud/compute/build/protos/protos.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { onlyWhat } from '../../../src/providers/gcp/slim-gax.ts';

const whole = protos as Parameters<typeof onlyWhat>[1];
const typesOf = (json: Parameters<typeof onlyWhat>[1]) =>
  json.nested?.['google']?.nested?.['cloud']?.nested?.['compute']?.nested?.['v1']?.nested ?? {};

test('keeps the methods asked for, and every type they reach', () => {
  const types = typesOf(onlyWhat({ Instances: ['Insert', 'Get'] }, whole));
  expect(Object.keys(types['Instances']?.methods ?? {})).toEqual(['Insert', 'Get']);
  // What an instance holds holds types of its own.
  const reached = ['InsertInstanceRequest', 'Instance', 'Operation', 'Scheduling', 'Duration', 'ReservationAffinity'];
  for (const name of reached) expect(types[name]).toEqual(typesOf(whole)[name]);
  expect(Object.keys(types)).not.toContain('SetLabelsInstanceRequest');
  expect(Object.keys(types).length).toBeLessThan(Object.keys(typesOf(whole)).length / 10);
});

test('what the SDK does not have is said by name', () => {
  expect(() => onlyWhat({ Instances: ['MakeCoffee'] }, whole)).toThrow('no method MakeCoffee of Instances');
  expect(() => onlyWhat({ Kitchens: ['Get'] }, whole)).toThrow('no descriptor of Kitchens');
  expect(() => onlyWhat({ Instances: ['Get'] }, {})).toThrow('no descriptor of google');
});
