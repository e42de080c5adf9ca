import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../../src/cli/run-command.ts';
import { GodwitError } from '../../../src/errors.ts';
import { policyMakers } from '../../../src/providers/index.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config } from '../support/models.ts';

const template = 'lt-0123456789abcdef0';
const virginia = {
  ...{ name: 'virginia', provider: 'aws', region: 'us-east-1', residency: [], failureDomains: ['us'] },
  settings: { launch: { template }, machines: ['p5.48xlarge'] },
};
const ohio = { ...virginia, name: 'ohio', region: 'us-east-2' };
const none = { text: '', findings: [] };

async function print(argv: readonly string[], sites = [virginia, ohio]) {
  const app = fakeApp({
    policyMaker: async (provider) => ({ maker: await policyMakers[provider]?.(), known: Object.keys(policyMakers) }),
    reading: { kind: 'valid', config: { ...config(), sites }, warnings: none },
  });
  return { code: await runCommand(['policy', 'print', ...argv], app), ...app.printed };
}

test('standard output is the document alone, and what it cannot say is beside it', async () => {
  const { code, out, err } = await print(['aws']);
  expect(code).toBe(0);
  const document = JSON.parse(out);
  expect(document.Version).toBe('2012-10-17');
  expect(document.Statement[0]).toEqual({
    ...{ Sid: 'GodwitLook', Effect: 'Allow', Resource: ['*'] },
    Action: expect.arrayContaining(['ec2:DescribeInstances', 'ec2:DescribeLaunchTemplateVersions']),
    Condition: { StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'us-east-2'] } },
  });
  expect(err).toContain('iam:PassRole');
  expect(err).toContain('only godwit:start-key, godwit:epoch, godwit:woken-from, godwit:draining may be written');
});

test('one site, for operating alone', async () => {
  const { out } = await print(['aws', '--site', 'ohio', '--use', 'operate']);
  expect(out).toContain('"us-east-2"');
  expect(out).not.toContain('virginia');
  expect(out).not.toContain('RunInstances');
});

test('a role for Google Cloud is YAML, as gcloud reads it', async () => {
  const { out, err } = await print(['gcp'], []);
  const role = parse(out);
  expect(role).toMatchObject({ title: 'godwit', stage: 'GA' });
  expect(role.includedPermissions).toContain('compute.instances.start');
  expect(err).toContain('no gcp site is configured: fill in PROJECT');
  expect(err).toContain('resource.name.extract("/instances/{name}").startsWith("godwit-")');
});

test('of several documents one can be had alone, for a file', async () => {
  expect(JSON.parse((await print(['azure', '--document', 'godwit-subnet'], [])).out)).toMatchObject({
    Name: 'godwit-subnet',
    // The first: doctor asks at the subnet itself what may be done with it.
    Actions: [
      'Microsoft.Authorization/permissions/read',
      ...['read', 'join/action'].map((name) => `Microsoft.Network/virtualNetworks/subnets/${name}`),
    ],
  });
  expect((await print(['azure', '--document', 'godwit-subnt'], [])).err).toContain('did you mean "godwit-subnet"');
});

test('for machines, with the table it is made from', async () => {
  const json = JSON.parse((await print(['aws', '-o', 'json', '--use', 'create'])).out);
  expect(json).toMatchObject({ apiVersion: 'godwit/v1', kind: 'AccessPolicy', provider: 'aws', uses: ['create'] });
  expect(json.documents[0].content.Statement.length).toBeGreaterThan(2);
  expect(json.calls.map(({ call }: { call: string }) => call)).toContain('RunInstances');
  expect(json.calls[0].source.at).toMatch(/^https:/);
});

test('for whoever approves it, each call with its reason', async () => {
  const { out } = await print(['aws', '-o', 'md']);
  expect(out).toContain('## What godwit needs at aws');
  expect(out).toContain('| StartInstances | operate |');
});

test.for([
  { argv: ['awss'], says: 'did you mean "aws"?' },
  { argv: ['local'], says: 'known: aws, azure, gcp' },
  { argv: ['aws', '--site', 'virgina'], says: 'did you mean "virginia"?' },
  { argv: ['azure', '--site', 'virginia'], says: 'known: none' },
])('$argv is told what there is', async ({ argv, says }) => {
  const { code, err } = await print(argv);
  expect(code).toBe(2);
  expect(err).toContain(says);
});

test('without a configuration it prints one to fill in; with one that was named and is not there, none', async () => {
  const missing = async () => {
    throw new GodwitError('ConfigNotFound', 'there is no godwit.yaml here');
  };
  const policyMaker = async () => ({ maker: await policyMakers['aws']?.(), known: ['aws'] });
  const app = fakeApp({ policyMaker, readConfig: missing });
  expect(await runCommand(['policy', 'print', 'aws'], app)).toBe(0);
  expect(app.printed.out).toContain('"SITE"');
  expect(app.printed.err).toContain('fill in REGION, SITE, TEMPLATE');
  expect(
    await runCommand(['policy', 'print', 'aws', '--config', 'x.yaml'], fakeApp({ policyMaker, readConfig: missing })),
  ).toBe(2);
});
