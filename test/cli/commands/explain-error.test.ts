import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import { errorTables } from '../../../src/providers/index.ts';
import { fakeApp } from '../support/fake-app.ts';

async function explain(...argv: string[]) {
  const app = fakeApp({
    errorTable: async (provider) => ({ table: await errorTables[provider]?.(), known: Object.keys(errorTables) }),
  });
  return { code: await runCommand(['explain', 'error', ...argv], app), ...app.printed };
}

test('one code: what it means, what it blocks and for how long, what to do, where that was read', async () => {
  const { code, out, err } = await explain('aws', '--code', 'InsufficientInstanceCapacity');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatchInlineSnapshot(`
    "InsufficientInstanceCapacity  (aws: capacity)
      means    sold out: no machine of this type is free in the zone
      blocks   this machine type and larger ones in that zone, in the market that
               was asked for
      for      10m, for spot 3m
      again    not there, while that stands
      do       nothing: the next zone, size or site is tried; capacity that must be
               there is started before it is needed
      source   https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
               checked 2026-11-26
    "
  `);
});

test('a code with several meanings is told by its text', async () => {
  const text = 'exceeding approved Total Regional Cores quota. Current Limit: 10, Current Usage: 8';
  const { out } = await explain('azure', '--code', 'OperationNotAllowed', '--status', '409', '--message', text);
  expect(out).toMatchInlineSnapshot(`
    "OperationNotAllowed  (azure: quota)
      means    the quota for all machines of the region: no other size helps
      blocks   every machine in the region, in every market
      for      10m
      again    not there, while that stands
      do       ask for a higher limit: Azure portal, Quotas, Compute, this
               subscription and region
      source   https://github.com/nforgeio/neonKUBE/issues/1671
               checked 2026-11-26
    "
  `);
});

test('for machines, with the market that was asked for', async () => {
  const argv = ['azure', '--code', 'SkuNotAvailable', '--status', '409', '--market', 'spot', '-o', 'json'];
  expect(JSON.parse((await explain(...argv)).out)).toMatchObject({
    ...{ kind: 'ErrorExplanation', provider: 'azure', code: 'SkuNotAvailable', status: 409, message: null },
    ...{ class: 'capacity', scope: 'offer', retry: 'never', expiryMs: 3_600_000, retryAfterMs: null },
    expiry: { spotMs: 3_600_000, otherMs: 82_800_000 },
    source: { at: expect.stringContaining('karpenter'), checked: '2026-11-26' },
  });
});

test('a code that is not in the table: by its status, with the codes it may have been', async () => {
  const { code, out, err } = await explain('gcp', '--code', 'ZONE_RESOURCE_POOL_EXAUSTED', '--status', '400');
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "ZONE_RESOURCE_POOL_EXAUSTED  (gcp: unknown)
      means    it is not known what this means
      blocks   this machine type in that zone, in the market that was asked for
      for      2m
      again    not there, while that stands
      do       report the code and the text, so that the table grows
      because  not in the table, HTTP 400
    "
  `);
  expect(err).toMatch(/^did you mean ZONE_RESOURCE_POOL_EXHAUSTED/);
});

test('text alone is not believed', async () => {
  expect((await explain('aws', '--message', 'InsufficientInstanceCapacity')).out).toMatch(
    /^no code {2}\(aws: unknown\)\n/,
  );
});

test('a cloud there is no table of: the ones there are, and nothing else', async () => {
  const near = await explain('azur', '--code', 'X');
  expect(near).toMatchObject({ code: 2, out: '' });
  expect(near.err).toContain('did you mean "azure"?');
  const far = await explain('oracle', '--code', 'X');
  expect(far).toMatchObject({ code: 2, out: '' });
  expect(far.err).toContain('known: aws, azure, gcp');
});

test.for(['aws', 'azure', 'gcp'])('without a code, the whole table of %s, within 80 columns', async (provider) => {
  const { code, out } = await explain(provider);
  expect(code).toBe(0);
  const table = await errorTables[provider]?.();
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(1 + (table?.rules.flatMap(({ codes }) => codes).length ?? 0));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test.for(['aws', 'azure', 'gcp'])(
  'the table of %s in Markdown has each rule, whole, with its source',
  async (provider) => {
    const { out } = await explain(provider, '-o', 'md');
    // Where it was read is a link of ours.
    expect(out).toContain('https://');
    const rules = (await errorTables[provider]?.())?.rules ?? [];
    const rows = out.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toHaveLength(2 + rules.length);
    // Nine cells each: nothing from a rule ends a cell or a row.
    for (const row of rows) expect(row.match(/(?<!\\)\|/g), row).toHaveLength(10);
  },
);

test('the table for machines says of every rule what its class adds', async () => {
  const { rules } = JSON.parse((await explain('gcp', '-o', 'json')).out);
  expect(rules[0]).toMatchObject({
    class: 'capacity',
    scope: 'region',
    retry: 'never',
    source: { checked: '2026-11-26' },
  });
  expect(rules.every((rule: { do: unknown }) => typeof rule.do === 'string')).toBe(true);
});

test('what was pasted is made harmless', async () => {
  const { out } = await explain('aws', '--code', 'A\u001b[31mB\nC', '--status', '400');
  expect(out).not.toContain('\u001b');
  expect(out.split('\n')[0]).toMatch(/\(aws: unknown\)$/);
});
