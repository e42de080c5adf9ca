/** What is told is read by somebody else's parser: Debian's python3-prometheus-client. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endStates, operationKinds, triggers } from '../../src/model/operation.ts';
import { reasonCodes } from '../../src/model/reason.ts';
import { expositionText } from '../../src/report/prometheus/exposition.ts';
import { spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { hostileStrings } from '../report/hostile.ts';

const program = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.buffer.read().decode('utf-8'))
print(json.dumps([[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]] for f in families]))
`;

type Series = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];
type ReadFamily = readonly [name: string, type: string, help: string, series: readonly Series[]];

function read(text: string): readonly ReadFamily[] {
  const ended = spawnSync('/usr/bin/python3', ['-c', program], { input: text, encoding: 'utf8', timeout: 60_000 });
  expect(ended.stderr).toBe('');
  return JSON.parse(ended.stdout) as readonly ReadFamily[];
}

test('a whole view is read as it was meant', () => {
  const families = read(readFileSync(new URL('../report/snapshots/metrics.txt', import.meta.url), 'utf8'));
  const named = new Map(families.map((family) => [family[0], family]));
  // A counter's family has its name without the ending.
  expect(named.get('godwit_operations')?.[1]).toBe('counter');
  expect(named.get('godwit_operations')?.[3]).toHaveLength(operationKinds.length * triggers.length * endStates.length);
  expect(named.get('godwit_failover_blocked')?.[3].map(([, { reason }]) => reason)).toEqual([...reasonCodes]);
  const [, type, , turns = []] = named.get('godwit_loop_duration_seconds') ?? [];
  expect(type).toBe('histogram');
  const buckets = turns.filter(([name]) => name.endsWith('_bucket')).map(([, , count]) => count);
  expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
  expect(turns.find(([name]) => name.endsWith('_count'))?.[2]).toBe(buckets.at(-1));
});

const config = `version: 1
state: { dir: state }
sites: { oslo: { provider: local, ports: 61090-61093 }, paris: { provider: local, ports: 61094-61097 } }
deployments: { chat: { model: tiny, command: [sleep, "1"], sites: { oslo: {}, paris: { standby: cold } } } }
traffic: { listen: "127.0.0.1:0" }
`;

test('what the program prints is read, family by family', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-metrics-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'godwit.yaml');
  writeFileSync(path, config, { mode: 0o600 });
  const ended = await spawnGodwit(['status', '-o', 'prometheus', '--config', path]);
  expect(ended).toMatchObject({ code: 0 });
  const families = read(ended.stdout);
  expect(families).toHaveLength(ended.stdout.match(/^# TYPE/gm)?.length ?? 0);
  expect(families.every(([name, , help]) => name.startsWith('godwit_') && help.length > 10)).toBe(true);
});

test('hostile text stays inside its one label', () => {
  const texts = hostileStrings.map((text) => text.toWellFormed());
  const samples = texts.map((text, value) => ({ labels: { text }, value }));
  const [family, ...others] = read(expositionText([{ name: 'x', help: 'help', type: 'gauge', samples }]));
  expect(family?.[3]).toEqual(samples.map(({ labels, value }) => ['x', labels, value]));
  expect(others).toEqual([]);
});
