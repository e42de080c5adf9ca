import { expect, test } from 'vitest';
import { findingsOf, loaded, loadText, providers } from './support/load.ts';

interface Parts {
  readonly deployment?: string;
  readonly here?: string;
  readonly away?: string;
  readonly sites?: string;
}

const image = 'image: vllm/vllm-openai:v0.18.0';

const config = ({ deployment = '', here = '', away = '', sites = `away: {${away}}` }: Parts) => `version: 1
sites:
  here: { provider: local, ports: 9100-9109 }
  away: { provider: cloud }
deployments:
  chat:
    model: tiny
    ${deployment}
    sites: { ${sites.replace('HERE', `here: {${here}}, away: {${away}}`)} }
failover: { mode: off }
`;

const launches = async (parts: Parts) =>
  (await loaded(config(parts), { providers })).config.deployments[0]?.placements.map(({ launch }) => ({
    command: launch.command,
    container: launch.container,
    env: launch.env,
  }));

test('a site in a cloud takes image, arguments and environment from its deployment', async () => {
  expect(await launches({ deployment: `${image}\n    args: [--a, b]\n    env: { A: b }` })).toEqual([
    {
      command: [],
      container: { image: 'vllm/vllm-openai:v0.18.0', args: ['--a', 'b'], gpu: 'nvidia' },
      env: { A: 'b' },
    },
  ]);
});

test('a site’s own image, arguments and devices stand before its deployment’s; environments are laid over each other', async () => {
  const away = ' image: "example/vllm-rocm:v1", args: [], gpu: amd, env: { B: c } ';
  expect(await launches({ deployment: `${image}\n    args: [--a]\n    env: { A: b }`, away })).toEqual([
    { command: [], container: { image: 'example/vllm-rocm:v1', args: [], gpu: 'amd' }, env: { A: 'b', B: 'c' } },
  ]);
});

test('command and image of one deployment go to the sites that can do something with them', async () => {
  expect(await launches({ deployment: `${image}\n    command: [server]`, sites: 'HERE' })).toEqual([
    { command: ['server'], container: undefined, env: {} },
    { command: [], container: { image: 'vllm/vllm-openai:v0.18.0', args: [], gpu: 'nvidia' }, env: {} },
  ]);
});

test('without an image a machine gets nothing', async () => {
  expect(await launches({})).toEqual([{ command: [], container: undefined, env: {} }]);
});

test.for([
  [
    'command and image where only the image is run',
    { deployment: `${image}\n    command: [server]` },
    ['9:14 command of chat contradicts its image: cloud starts no command'],
  ],
  [
    'command and image at one site',
    { away: ' image: "a/b:1", command: [server] ' },
    ['9:47 command at away contradicts its image: cloud starts no command'],
  ],
  [
    'an image where commands are started',
    { deployment: 'command: [server]', here: ' image: "a/b:1" ', sites: 'HERE' },
    ['9:29 image at here has no effect: local starts no container'],
  ],
  [
    'an image that no site can run',
    { deployment: `${image}\n    command: [server]`, sites: 'here: {}' },
    ['8:12 image of chat contradicts its command: local starts no container'],
  ],
  [
    'arguments and devices without an image',
    { deployment: 'args: [--a]\n    gpu: amd' },
    ['8:11 args of chat has no effect: no image is named', '9:10 gpu of chat has no effect: no image is named'],
  ],
  [
    'an environment without an image',
    { away: ' env: { A: b } ' },
    ['9:22 env at away has no effect: cloud starts no command'],
  ],
  [
    'a token in the environment',
    { deployment: `${image}\n    env: { HF_TOKEN: letmein }` },
    [
      '9:22 HF_TOKEN of chat looks like a secret (its name is HF_TOKEN), and whoever may describe the machine can read it there',
    ],
  ],
  [
    'a key among the arguments of a site',
    { deployment: image, away: ' args: [--api-key, letmein] ' },
    [
      '9:40 argument 2 of chat looks like a secret (its name is api-key), and whoever may describe the machine can read it there',
    ],
  ],
  [
    'a name that is none',
    { deployment: `${image}\n    env: { "A-B": c }` },
    ['9:19 A-B of chat is no name of an environment variable'],
  ],
  [
    'an image without a tag',
    { deployment: 'image: localhost:5000/vllm' },
    ['8:12 the image of chat means another one as soon as a newer one is published'],
  ],
  [
    'the latest image',
    { away: ' image: "a/b:latest" ' },
    ['9:29 the image of chat means another one as soon as a newer one is published'],
  ],
  [
    'a name in capitals',
    { deployment: 'image: Vllm' },
    ['8:12 an image is written like vllm/vllm-openai:v0.18.0, or with its digest: NAME@sha256:...'],
  ],
  [
    'an option in place of an image',
    { deployment: 'image: --privileged' },
    ['8:12 an image is written like vllm/vllm-openai:v0.18.0, or with its digest: NAME@sha256:...'],
  ],
  ['an image with a digest', { deployment: `image: "a.example:443/b/c_d@sha256:${'0f'.repeat(32)}"` }, []],
] as const satisfies readonly (readonly [string, Parts, readonly string[]])[])('%s', async ([, parts, expected]) => {
  expect(await findingsOf(config(parts), { providers })).toEqual(expected);
});

test.for([
  ['args: [--shutdown-timeout=31]', ['9:12 the server takes up to 31s to end, and is killed after 30s']],
  ['args: [--x, --shutdown-timeout, "31"]', ['9:17 the server takes up to 31s to end, and is killed after 30s']],
  ['args: [--shutdown-timeout=30]', []],
  ['args: [--shutdown-timeout]', []],
  ['args: [--shutdown-timeout=soon]', []],
  ['args: [--shutdown-timeout=31]\n    stopGrace: 31s', []],
] as const)('time to end: %s', async ([written, expected]) => {
  expect(await findingsOf(config({ deployment: `${image}\n    ${written}` }), { providers })).toEqual(expected);
});

test('a token that comes from outside is judged when it is known', async () => {
  const text = config({ deployment: `${image}\n    env: { HF_TOKEN: "\${env:HF_TOKEN}" }` });
  expect((await loadText(text)).kind).toBe('loaded');
  const end = await loadText(text, { env: { HF_TOKEN: 'letmein' }, isForUse: true });
  expect(end.kind === 'invalid' && end.findings.map(({ hint }) => hint)).toEqual([
    'keep it in the cloud’s secret manager, and let the machine read it by its own role',
  ]);
  expect(JSON.stringify(end.kind === 'invalid' && end.findings)).not.toContain('letmein');
});
