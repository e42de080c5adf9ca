import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig, settingsOf } from '../../src/config/load.ts';
import { jsonSchema } from '../../src/config/schema.ts';
import { resolvedValues, showResolved } from '../../src/config/show.ts';
import { type JsonSchema, schemasIn } from './support/json-schema.ts';
import { fixture, providers, terms } from './support/load.ts';

const path = fixture('everything.yaml');
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

async function load() {
  const end = await loadConfig(terms({ path }));
  if (end.kind !== 'loaded') throw new Error(end.findings.map(({ message }) => message).join('\n'));
  return end;
}

/** A general `probe`, `failover` or `drain` has the keys of a deployment's. */
const general = (key: string): string => key.replace(/^(probe|failover|drain)(?=\.|$)/, 'deployments.*.$1');

/** Paths of all keys, as the schema names them. */
function keysOf(value: unknown, known: ReadonlySet<string>, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, known, at));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const own = [key, '*'].map((part) => (at === '' ? part : `${at}.${part}`)).find((each) => known.has(each)) ?? '';
    return [general(own), ...keysOf(each, known, own)];
  });
}

test('loads with no warning and every value as it is written', async () => {
  const { config, warnings } = await load();
  expect(warnings).toEqual([]);
  await expect(
    `${JSON.stringify({ ...config, path: 'everything.yaml', gateway: { ...config.gateway, adminSocket: '', tableFile: '' } }, null, 2).replaceAll(`${dirname(path)}/`, '')}\n`,
  ).toMatchFileSnapshot('snapshots/everything-model.json.txt');
});

test('shows every value in force and where it comes from', async () => {
  await expect(`${showResolved(await load())}\n`).toMatchFileSnapshot('snapshots/everything-resolved.txt');
});

test('holds every key of the schema', async () => {
  const known = new Set(
    [...schemasIn(jsonSchema(await settingsOf(providers)) as JsonSchema)]
      .map(([each]) => each)
      .filter((each) => each !== ''),
  );
  const used = new Set(keysOf(parse(readFileSync(path, 'utf8')), known));
  expect([...known].map(general).filter((key) => !used.has(key))).toEqual([]);
});

test('writes every value that has a default otherwise, so that a key read from the wrong place is seen', async () => {
  const minimal = `version: 1
sites: { oslo: { provider: local, ports: 9100-9109 }, paris: { provider: local, ports: 9200-9209 } }
deployments: { chat-70b: { model: m, command: [c], probes: { process: { http: /h }, tcp: {} }, sites: { oslo: {}, paris: {} } } }
drills: { lose-oslo: { deployment: chat-70b, fault: [{ type: blackhole, site: paris, for: 1m }], load: { source: generated, rate: 5rps }, schedule: { cron: 0 0 * * * } } }
`;
  const bare = await loadConfig(terms({ path: '-', readStdin: () => Promise.resolve(minimal) }));
  if (bare.kind !== 'loaded') throw new Error('the defaults do not load');
  const full = new Map(resolvedValues(await load()).map(({ path: at, value, from }) => [at, { value, from }]));
  const same = resolvedValues(bare)
    .filter(
      ({ path: at, value, from }) =>
        from === 'default' && JSON.stringify(full.get(at)?.value) === JSON.stringify(value),
    )
    .map(({ path: at }) => at);
  expect(same.sort()).toEqual([
    'deployments.chat-70b.sites.oslo.standby',
    'deployments.chat-70b.sites.paris.standby',
    'sites.paris.failureDomains',
    'traffic.driver',
    'traffic.public',
  ]);
});
