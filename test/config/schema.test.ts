import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { settingsOf } from '../../src/config/load.ts';
import { configSchema, jsonSchema } from '../../src/config/schema.ts';
import { accepts, type JsonSchema, keywords, schemasIn } from './support/json-schema.ts';
import { fixture, providers } from './support/load.ts';

const schema = jsonSchema(await settingsOf(providers)) as JsonSchema;
const all = [...schemasIn(schema)];
const everything = () => parse(readFileSync(fixture('everything.yaml'), 'utf8')) as Readonly<Record<string, unknown>>;

test('the schema for editors is what it was', async () => {
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('snapshots/schema.json.txt');
});

test('says that it is draft-07 and uses only what draft-07 knows', () => {
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  for (const [path, each] of all) {
    expect(
      Object.keys(each).filter((key) => !keywords.has(key)),
      path,
    ).toEqual([]);
    for (const type of [each.type ?? []].flat())
      expect(['string', 'number', 'integer', 'boolean', 'object', 'array'], path).toContain(type);
    expect(() => new RegExp(each.pattern ?? '', 'u'), path).not.toThrow();
  }
});

test('every map says which keys it takes', () => {
  for (const [path, { type, additionalProperties }] of all)
    if (type === 'object') expect(additionalProperties, path).toBeDefined();
});

test('describes every key, ending without a full stop', () => {
  const keys = all.flatMap(([path, { properties }]) =>
    Object.entries(properties ?? {}).map(([key, each]) => [`${path}.${key}`, each.description] as const),
  );
  expect(keys.length).toBeGreaterThan(100);
  expect(keys.filter(([, description]) => !/^\S.{9,}[^.]$/u.test(description ?? ''))).toEqual([]);
});

test('every example is one the language takes', () => {
  for (const [path, each] of all)
    for (const example of each.examples ?? []) expect(accepts(each, example), `${path}: ${example}`).toBe(true);
});

test('takes the configuration that holds every key, and no further key anywhere in it', () => {
  expect(accepts(schema, everything())).toBe(true);
  expect(accepts(schema, { ...everything(), more: 1 })).toBe(false);
  expect(accepts(schema, { ...everything(), state: { more: 1 } })).toBe(false);
  expect(accepts(schema, { ...everything(), version: 2 })).toBe(false);
  expect(accepts(schema, { ...everything(), probe: { endpoint: 'v1' } })).toBe(false);
});

test('takes up to sixteen faults of a drill, and claims it knows', () => {
  const fault = { type: 'blackhole', site: 'oslo', for: '1m' };
  const takes = (faults: number, hypothesis: readonly string[] = []) =>
    accepts(schema, {
      ...everything(),
      drills: {
        'lose-oslo': { deployment: 'chat-70b', fault: Array.from({ length: faults }, () => fault), hypothesis },
      },
    });
  expect([0, 1, 16, 17].map((faults) => takes(faults))).toEqual([true, true, true, false]);
  expect(takes(1, ['recoveryTime <= 5s', 'lostRequests<=1%'])).toBe(true);
  expect(takes(1, ['recoveryTime <= 5s within 3m'])).toBe(false);
});

test('needs the version, the sites and the deployments', () => {
  expect(schema.required).toEqual(['version', 'sites', 'deployments']);
});

test('a schema without any provider is a mistake of ours', () => {
  expect(() => configSchema(new Map())).toThrow('at least one provider is needed');
});
