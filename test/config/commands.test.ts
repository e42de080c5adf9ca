import { expect, test } from 'vitest';
import { awsSettings } from '../../src/providers/aws/schema.ts';
import { gcpSettings } from '../../src/providers/gcp/schema.ts';
import { findingsOf, loaded, providers as local } from './support/load.ts';

const providers = {
  ...local,
  aws: { settings: () => Promise.resolve(awsSettings) },
  gcp: { settings: () => Promise.resolve(gcpSettings) },
};

interface Parts {
  readonly deployment?: string;
  readonly here?: string;
  readonly virginia?: string;
  readonly sites?: string;
}

const config = ({ deployment = '', here = '', virginia = '', sites }: Parts) => `version: 1
sites:
  here: { provider: local, ports: 9100-9109 }
  virginia: { provider: aws, region: us-east-1, machines: [p5.48xlarge], launch: { template: lt-0b1c2d3e4f5061728 } }
deployments:
  chat:
    model: tiny
    ${deployment}
    sites: { ${sites ?? `here: {${here}}, virginia: {${virginia}}`} }
failover: { mode: off }
`;

test('a site in a cloud needs no command, and takes none from its deployment', async () => {
  const { config: model } = await loaded(config({ deployment: 'command: [server]', here: ' env: { A: b } ' }), {
    providers,
  });
  const [chat] = model.deployments;
  expect(chat?.placements.map(({ launch: { command, env } }) => ({ command, env }))).toEqual([
    { command: ['server'], env: { A: 'b' } },
    { command: [], env: {} },
  ]);
});

test.for([
  ['a deployment that runs in a cloud alone, without a command', { sites: 'virginia: {}' }, []],
  [
    'a command that no site of the deployment starts',
    { deployment: 'command: [server]', sites: 'virginia: {}' },
    ['8:14 command of chat has no effect: aws starts no command'],
  ],
  [
    'a command at the cloud’s site itself',
    { deployment: 'command: [server]', virginia: ' command: [other] ' },
    ['9:45 command at virginia has no effect: aws starts no command'],
  ],
  [
    'an environment at the cloud’s site',
    { deployment: 'command: [server]', virginia: ' env: { A: b } ' },
    ['9:36 env at virginia has no effect: aws starts no command'],
  ],
  ['no command where a local site needs one', {}, ['6:3 chat needs a command to run at the local site here']],
] as const satisfies readonly (readonly [string, Parts, readonly string[]])[])('%s', async ([, parts, expected]) => {
  expect(await findingsOf(config(parts), { providers })).toEqual(expected);
});

test('a gcp site is held to what its settings say together, by place', async () => {
  const gcp = `virginia: { provider: gcp, project: inference-prod, region: us-east4, zones: [us-east4-a, us-east1-b], machines: [a3-highgpu-8g], market: [reserved], launch: { instanceTemplate: vllm } }`;
  const wrong = config({ sites: 'virginia: {}' }).replace(/virginia: \{ provider: aws.*/, gcp);
  expect(await findingsOf(wrong, { providers })).toMatchInlineSnapshot(`
    [
      "4:93 us-east1-b is not a zone of us-east4",
      "4:153 the market reserved needs launch.reservation",
    ]
  `);
  const right = wrong.replace('us-east1-b', 'us-east4-b').replace('[reserved]', '[spot]');
  expect(await findingsOf(right, { providers })).toEqual([]);
});

test('an aws site without a region, with a secret, or with what is not built yet is refused by place', async () => {
  const wrong = config({ sites: 'virginia: {}' })
    .replace('region: us-east-1', 'credentials: { secretAccessKey: "x" }')
    .replace('machines:', 'egress: [], machines:');
  expect(await findingsOf(wrong, { providers })).toMatchInlineSnapshot(`
    [
      "4:3 sites.virginia needs "region"",
      "4:30 sites.virginia.credentials needs "profile"",
      "4:45 unknown key "secretAccessKey" in sites.virginia.credentials",
      "4:77 egress must be a map, not a list",
    ]
  `);
});
