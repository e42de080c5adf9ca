import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { LaunchSpec } from '../../../src/model/deployment.ts';
import type { StartRequest } from '../../../src/ports/provider.ts';
import { type Carrier, carriers, startupDataFor } from '../../../src/providers/shared/startup-data.ts';
import { type Machine, makeMachine } from './support/machine.ts';

const image = 'vllm/vllm-openai:v0.18.0';
/** As any runtime understands it. */
const full = `docker.io/${image}`;
const site = { site: 'virginia', port: 8000 };
const formats = [carriers.ec2UserData, carriers.gcpStartupScript];

const machines: Machine[] = [];
const machineWith = (...runtimes: readonly ('docker' | 'podman')[]): Machine => {
  const machine = makeMachine(runtimes);
  machines.push(machine);
  return machine;
};
afterEach(() => {
  for (const each of machines.splice(0)) each.dispose();
});

const requestOf = (launch: Partial<LaunchSpec>, change: Partial<StartRequest> = {}): StartRequest => ({
  ...{ deployment: 'chat', model: 'meta-llama/Llama-3.3-70B-Instruct', slot: 1 },
  launch: { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_500, ...launch },
  ...change,
});

const containerOf = (change: Partial<NonNullable<LaunchSpec['container']>> = {}) => ({
  container: { image, args: [], gpu: 'nvidia' as const, ...change },
});

function textOf(request: StartRequest, carrier: Carrier = carriers.ec2UserData): string {
  const data = startupDataFor(request, { ...site, ...carrier });
  if (data.kind !== 'data') throw new Error(JSON.stringify(data));
  return data.text;
}

/** Every word after `create`. */
function madeWith(machine: Machine): readonly string[] {
  const [made, ...more] = machine.calls().filter(([, verb]) => verb === 'create');
  expect(more).toEqual([]);
  return made?.slice(2) ?? [];
}

const serverArgs = ['--model', 'meta-llama/Llama-3.3-70B-Instruct', '--served-model-name'];

test.for(formats)('a machine runs the image that its $format names', (carrier) => {
  const machine = machineWith('docker');
  const request = requestOf({ ...containerOf({ args: ['--shutdown-timeout=660'] }), env: { HF_HOME: '/srv' } });
  expect(machine.boot(textOf(request, carrier))).toEqual([
    'daemon-reload',
    'enable --now --no-block godwit-model-server.service',
  ]);
  expect(machine.run('run').exitCode).toBe(0);
  expect(madeWith(machine)).toEqual([
    ...['--name', 'godwit-model-server', '--label', expect.stringMatching(/^godwit\.settings=[0-9a-f]{16}$/)],
    ...['--pull', 'missing', '--log-driver', 'none', '--stop-timeout', '31', '--publish', '8000:8000', '--ipc', 'host'],
    ...['--gpus', 'all', '--env', 'HF_HOME=/srv', full, ...serverArgs, 'meta-llama/Llama-3.3-70B-Instruct'],
    ...['--port', '8000', '--shutdown-timeout=660'],
  ]);
});

test.for(formats)('a machine that was stopped starts the same container again, $format', (carrier) => {
  const machine = machineWith('docker');
  const text = textOf(requestOf(containerOf()), carrier);
  machine.boot(text);
  machine.run('run');
  machine.calls();
  // Google's agent runs the script at every boot, cloud-init does not.
  if (carrier.format === 'script') machine.boot(text);
  expect(machine.run('run').exitCode).toBe(0);
  expect(machine.calls().map(([, ...words]) => words)).toEqual([
    ['container', 'inspect', '--format', '{{index .Config.Labels "godwit.settings"}}', 'godwit-model-server'],
    ['start', '--attach', 'godwit-model-server'],
  ]);
});

test('a container of other settings, left on the disk by another replica, is replaced', () => {
  const machine = machineWith('docker');
  machine.boot(textOf(requestOf(containerOf())));
  machine.run('run');
  machine.calls();
  machine.boot(textOf(requestOf(containerOf({ args: ['--max-model-len=4096'] }))));
  machine.run('run');
  expect(machine.calls().map(([, verb]) => verb)).toEqual(['container', 'rm', 'create', 'start']);
});

test('an image that cannot be had yet is asked for again at the next try', () => {
  const machine = machineWith('docker');
  machine.boot(textOf(requestOf(containerOf())));
  machine.withoutImage(true);
  expect(machine.run('run').exitCode).toBe(125);
  expect(machine.calls().map(([, verb]) => verb)).not.toContain('start');
  machine.withoutImage(false);
  expect(machine.run('run').exitCode).toBe(0);
});

test('stopping the machine gives the server its time before the machine goes', () => {
  const machine = machineWith('docker');
  machine.boot(textOf(requestOf(containerOf())));
  machine.run('run');
  machine.calls();
  expect(machine.run('stop').exitCode).toBe(0);
  expect(machine.calls()).toEqual([['docker', 'stop', 'godwit-model-server']]);
  expect(machine.unit).toContain('TimeoutStopSec=46\n');
  expect(machine.unit).toMatch(/^Restart=always$/m);
});

test('podman runs it where there is no docker, and names NVIDIA’s devices in its own way', () => {
  const machine = machineWith('podman');
  machine.boot(textOf(requestOf(containerOf())));
  machine.run('run');
  const words = madeWith(machine);
  expect(words).not.toContain('--gpus');
  expect(words.slice(words.indexOf('--device')).slice(0, 2)).toEqual(['--device', 'nvidia.com/gpu=all']);
});

test('docker is taken where both are', () => {
  const machine = machineWith('podman', 'docker');
  machine.boot(textOf(requestOf(containerOf())));
  machine.run('run');
  expect(new Set(machine.calls().map(([runtime]) => runtime))).toEqual(new Set(['docker']));
});

test('a machine without either says what it lacks', () => {
  const machine = machineWith();
  machine.boot(textOf(requestOf(containerOf())));
  expect(machine.run('run')).toEqual({
    exitCode: 1,
    said: 'neither docker nor podman is here: make machines from a disk image that has one of them\n',
  });
});

test.for([
  [
    'amd',
    ['--device', '/dev/kfd', '--device', '/dev/dri', '--group-add', 'video', '--security-opt', 'seccomp=unconfined'],
  ],
  ['none', []],
] as const)('devices for %s', ([gpu, expected]) => {
  const machine = machineWith('docker');
  machine.boot(textOf(requestOf(containerOf({ gpu }))));
  machine.run('run');
  const words = madeWith(machine);
  expect(words.slice(words.indexOf('host') + 1, words.indexOf(full))).toEqual(expected);
});

test.for([
  ['ghcr.io/huggingface/text-embeddings-inference:1.8', ['--model-id', 'tiny', '--port', '8000']],
  ['quay.io/example/vllm-rocm@sha256:0f', ['--model', 'tiny', '--served-model-name', 'tiny', '--port', '8000']],
  ['localhost:5000/vllm', ['--model', 'tiny', '--served-model-name', 'tiny', '--port', '8000']],
  ['ghcr.io/ggml-org/llama.cpp:server-cuda', []],
  ['quay.io/example/my-vllm-like:1', []],
] as const)('%s is told %s', ([named, expected]) => {
  const text = textOf(requestOf(containerOf({ image: named }), { model: 'tiny' }));
  const machine = machineWith('docker');
  machine.boot(text);
  machine.run('run');
  const words = madeWith(machine);
  expect(words.slice(words.indexOf(named) + 1)).toEqual(expected);
});

test.for([
  ['vllm', 'docker.io/library/vllm'],
  ['a/b:1', 'docker.io/a/b:1'],
  ['localhost/a:1', 'localhost/a:1'],
  ['host:5000/a:1', 'host:5000/a:1'],
  ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
] as const)('%s is %s to any runtime', ([named, expected]) => {
  const machine = machineWith('podman');
  machine.boot(textOf(requestOf({ container: { image: named, args: [], gpu: 'none' } })));
  machine.run('run');
  expect(madeWith(machine)).toContain(expected);
});

test('what the user’s own arguments say is not said twice, and their names are filled in', () => {
  const args = ['--model=/models/${model}', '--served_model_name', '${model}', '${replica}', '${site}', '${HOME}'];
  const machine = machineWith('docker');
  machine.boot(textOf(requestOf({ ...containerOf({ args }), env: { AT: '${site}:${port}' } }, { model: 'tiny' })));
  machine.run('run');
  const words = madeWith(machine);
  expect(words.slice(words.indexOf(full) + 1)).toEqual([
    ...['--port', '8000', '--model=/models/tiny', '--served_model_name', 'tiny', 'virginia-chat-1', 'virginia'],
    '${HOME}',
  ]);
  expect(words).toContain('AT=virginia:8000');
});

type Example = [string[], Record<string, string>, (typeof formats)[number]];

test('whatever the arguments and the environment hold reaches the server unchanged', () => {
  const bits = [
    "'",
    '"',
    '\\',
    '$',
    '`',
    '$(touch x)',
    '${IFS}',
    '\n',
    '\r',
    '\t',
    '#',
    ' ',
    'é',
    '中',
    '💥',
    '!',
    '\x7f',
    '\u0085',
    '\u2028',
    'END-OF-FILE\n',
    '- x: y\n',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(fc.constantFrom(...bits), { maxLength: 6 }).map((all) => all.join('')),
  );
  // What may not be given at all is refused, and has its own tests.
  const anything = text.filter((each) => !each.includes('\0') && each.isWellFormed());
  fc.assert(
    fc.property(
      fc.array(anything, { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/), anything, { maxKeys: 3 }),
      fc.constantFrom(...formats),
      (args, env, carrier) => {
        const data = startupDataFor(requestOf({ ...containerOf({ image: 'a.example/b:1', args }), env }), {
          ...site,
          ...carrier,
        });
        if (data.kind !== 'data') return fc.pre(false);
        expect(data.text).toMatch(/^[\n\x20-\x7e]*$/);
        const machine = makeMachine(['docker']);
        machine.boot(data.text);
        expect(machine.run('run').exitCode).toBe(0);
        const words = madeWith(machine);
        const at = words.indexOf('a.example/b:1');
        expect(words.slice(at + 1)).toEqual(args);
        const given = words.slice(words.indexOf('all') + 1, at).filter((_, index) => index % 2 === 1);
        expect(given).toEqual(Object.entries(env).map(([key, value]) => `${key}=${value}`));
        machine.dispose();
      },
    ),
    { numRuns: 40, examples: formats.map((format): Example => [bits, { A: bits.join(''), B: '' }, format]) },
  );
}, 60_000);

test('the same start has the same bytes, and another replica its own', () => {
  const request = requestOf(containerOf({ args: ['${replica}'] }));
  expect(textOf(request)).toBe(textOf(structuredClone(request)));
  expect(textOf({ ...request, slot: 2 })).not.toBe(textOf(request));
});

test('without an image nothing is added to what the template says', () => {
  expect(startupDataFor(requestOf({}), { ...site, ...carriers.azureCustomData })).toEqual({ kind: 'none' });
});

test.for([
  [
    'a command',
    requestOf({ command: ['vllm', 'serve'] }),
    'CommandNotSupported',
    /^machines here start no command: name an image/,
  ],
  [
    'an environment for nothing',
    requestOf({ env: { A: 'b' } }),
    'CommandNotSupported',
    /^machines here start no command/,
  ],
  [
    'a secret in the environment',
    requestOf({ ...containerOf(), env: { HF_TOKEN: 'letmein' } }),
    'ValueNotFit',
    /^HF_TOKEN looks like a secret \(its name is HF_TOKEN\), and .*: keep it in the cloud’s secret manager/,
  ],
  [
    'a secret among the arguments',
    requestOf(containerOf({ args: ['--x', '--api-key=letmein'] })),
    'ValueNotFit',
    /^argument 2 of the image looks like a secret/,
  ],
  [
    'a model whose name no program can be given',
    requestOf(containerOf(), { model: 'a\0b' }),
    'ValueNotFit',
    /^the model’s name holds characters/,
  ],
] as const)('%s is refused, and its value is not told', ([, request, code, message]) => {
  const data = startupDataFor(request, { ...site, ...carriers.ec2UserData });
  expect(data).toMatchObject({
    kind: 'refused',
    error: { class: 'invalid', code, message: expect.stringMatching(message) },
  });
  expect(JSON.stringify(data)).not.toContain('letmein');
});

test.for(Object.entries(carriers))('%s is filled to its last byte, and no further', ([, carrier]) => {
  const request = (length: number) => requestOf(containerOf({ args: ['x'.repeat(length)] }));
  const terms = { ...site, ...carrier };
  const room = carrier.maxBytes - textOf(request(0), { ...carrier, maxBytes: 1_000_000 }).length;
  const full = startupDataFor(request(room), terms);
  expect(full.kind === 'data' && Buffer.byteLength(full.text)).toBe(carrier.maxBytes);
  expect(startupDataFor(request(room + 1), terms)).toMatchObject({
    kind: 'refused',
    error: {
      code: 'StartupDataTooLarge',
      message: `image, args and env of chat come to ${carrier.maxBytes + 1} bytes of start-up data, and virginia takes ${carrier.maxBytes}: put long values into the image`,
    },
  });
});
