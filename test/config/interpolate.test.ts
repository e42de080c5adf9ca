import { expect, test } from 'vitest';
import { findingsOf, inFolder, loaded, loadText, write } from './support/load.ts';

const config = (prompt: string, more = '') => `version: 1
sites:
  left: { provider: local, ports: 9100 }
deployments:
  chat:
    model: tiny
    command: [server]
    sites: { left: {} }
    failover: { mode: "off" }
    probe:
      prompt: ${prompt}
${more}`;
const promptOf = async (text: string, given = {}) => {
  const { config: read } = await loaded(config(text), given);
  const probe = read.deployments[0]?.probes.find(({ kind }) => kind === 'completion');
  return probe?.kind === 'completion' ? probe.prompt : undefined;
};

test.for([
  ['a variable', '${env:X}', { X: 'one' }, 'one'],
  ['a variable between text', 'a ${env:X} b ${env:Y}', { X: 'one', Y: 'two' }, 'a one b two'],
  ['a default where the variable is not set', '${env:X:-d}', {}, 'd'],
  ['a default where the variable is empty', '${env:X:-d}', { X: '' }, 'd'],
  ['the variable rather than its default', '${env:X:-d}', { X: 'one' }, 'one'],
  ['an empty default', 'a${env:X:-}', {}, 'a'],
  ['an empty variable without a default', 'a${env:X}', { X: '' }, 'a'],
  ['a default with colons and spaces', '"${env:X:-http://h:1/ p}"', {}, 'http://h:1/ p'],
  ['a doubled dollar as plain text', '$${env:X}', { X: 'one' }, '${env:X}'],
  ['nothing of other placeholders', '${port} ${other:X} ${env:} $X', {}, '${port} ${other:X} ${env:} $X'],
  ['what a variable holds only once', '${env:X}', { X: '${env:Y}', Y: 'no' }, '${env:Y}'],
  ['nothing that every object inherits', '${env:toString:-d}', {}, 'd'],
] as const)('fills in %s', async ([, text, env, expected]) => {
  expect(await promptOf(text, { env, isForUse: true })).toBe(expected);
});

test('fills in a file without its last line end, relative to the configuration when it is not absolute', () =>
  inFolder(async (folder) => {
    const path = write(folder, 'token', 'geheim\r\n');
    write(folder, 'two', 'a\nb\n\n');
    expect(await promptOf(`\${file:${path}}`, { isForUse: true })).toBe('geheim');
    expect(await promptOf('${file:two}', { isForUse: true, cwd: folder })).toBe('a\nb\n');
  }));

test('says at the value which variable or file is missing, when it is for use', () =>
  inFolder(async (folder) => {
    write(folder, 'huge', 'x'.repeat(64 * 1024 + 1));
    const given = { isForUse: true, cwd: folder };
    const text = config('x ${env:NONE} y', '    env: { A: "${file:gone}", B: "${file:huge}", C: "${file:.}" }\n');
    const end = await loadText(text, given);
    expect(end.kind === 'invalid' && end.findings).toMatchObject([
      {
        line: 11,
        column: 15,
        message: 'the environment variable NONE is not set',
        hint: expect.stringMatching(/^export NONE=…/),
      },
      { line: 12, column: 15, message: expect.stringMatching(/^the file gone cannot be read: ENOENT/) },
      { line: 12, column: 34, message: 'the file huge cannot be read: larger than 65536 bytes' },
      { line: 12, column: 53, message: expect.stringMatching(/^the file \. cannot be read: EISDIR/) },
    ]);
  }));

test('a file of exactly 64 KiB and one without an end are read no further', () =>
  inFolder(async (folder) => {
    write(folder, 'full', 'x'.repeat(64 * 1024));
    expect(await findingsOf(config('a', '    env: { A: "${file:full}" }\n'), { isForUse: true, cwd: folder })).toEqual(
      [],
    );
    expect(await findingsOf(config('${file:/dev/zero}'), { isForUse: true })).toEqual([
      '11:15 the file /dev/zero cannot be read: larger than 65536 bytes',
    ]);
  }));

test('validates without secrets: nothing is missing and no file is read', async () => {
  expect(await promptOf('${env:NONE} ${file:/none}')).toBe('${env:NONE} ${file:/none}');
});

test('a value that is not known yet is not judged, nor what depends on it, but everything else is', async () => {
  const open = 'state: { lease: { ttl: "${env:TTL}", renewEvery: 9s } }\ntraffic: { listen: "${env:HOST}:8080" }\n';
  expect(await findingsOf(config('a') + open)).toEqual([]);
  expect(await findingsOf(`${config('a') + open}drain: { waitForStreams: 5 }\n`)).toEqual([
    '14:26 a duration is written with its unit, such as 500ms, 30s or 5m',
  ]);
  expect(await findingsOf(config('a') + open, { env: { TTL: '10s', HOST: '127.0.0.1' } })).toEqual([
    '12:24 the lease (10000 ms) must last a loop and two renewals: 2000 + 2 × 9000 = 20000 ms',
  ]);
});

test('nothing can be judged while the version is unknown', async () => {
  const text = config('a').replace('version: 1', 'version: "${env:V}"');
  expect(await findingsOf(text)).toEqual(['1:10 nothing can be judged without this value']);
});

test('keys are never filled in', async () => {
  expect(await findingsOf(`${config('a')}"\${env:X}": 1\n`, { env: { X: 'drain' } })).toEqual([
    '12:1 unknown key "${env:X}"',
  ]);
});
