import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDemandFile } from '../../src/cli/demand-file.ts';
import { config } from './support/models.ts';

function file(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'godwit-demand-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'demand.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const asOf = '2026-11-28T09:00:00Z';
const [deployment] = config().deployments;
const name = deployment?.name ?? '';
const site = deployment?.placements[0]?.site ?? '';

test('reads what users ask, and how long first tokens take where that is known', async () => {
  const response = { bytes: 9000, from: 'file', asOfMs: Date.parse(asOf) };
  const deployments = { [name]: { requestsPerSecond: 120.5, firstTokenMs: { [site]: 80 }, responseBytes: 9000 } };
  expect(await readDemandFile(file({ asOf, deployments }), config())).toEqual({
    [name]: { rps: 120.5, firstTokenMs: { [site]: 80 }, from: 'file', asOfMs: Date.parse(asOf), response },
  });
});

test.for<[string, unknown, RegExp]>([
  ['no JSON', '{', /is no JSON/],
  ['nothing', '', /is no JSON/],
  ['a list', [], /the whole: /],
  ['no date', { deployments: {} }, /asOf: /],
  ['a date without an offset', { asOf: '2026-11-28T09:00:00', deployments: {} }, /asOf: must be a time/],
  ['no requests', { asOf, deployments: { [name]: {} } }, /requestsPerSecond: /],
  ['a demand of nothing', { asOf, deployments: { [name]: { requestsPerSecond: 0 } } }, /requestsPerSecond: /],
  ['a key it does not know', { asOf, deployments: { [name]: { requestsPerSecond: 1, rps: 2 } } }, /rps/],
  ['a deployment that is none', { asOf, deployments: { chta: { requestsPerSecond: 1 } } }, /names deployment "chta"/],
  [
    'a site that it has not',
    { asOf, deployments: { [name]: { requestsPerSecond: 1, firstTokenMs: { nowhere: 1 } } } },
    /names site "nowhere"/,
  ],
])('refuses %s, with the file and what is wrong', async ([, content, message]) => {
  const path = file(content);
  const refused = await readDemandFile(path, config()).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UsageInvalid', message: expect.stringMatching(message) });
  expect(refused).toMatchObject({ message: expect.stringContaining(path) });
});

test('a file that is not there is told, and how one is written', async () => {
  await expect(readDemandFile('/no/such/file', config())).rejects.toMatchObject({
    message: expect.stringContaining('/no/such/file cannot be read'),
    hint: expect.stringContaining('"requestsPerSecond": 120'),
  });
});
