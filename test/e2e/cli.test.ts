import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, spawnGodwit } from './support/spawn-godwit.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-cli-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What must not be paid for by someone who only asks for help. */
const heavy = /\/(providers|store|gateway|traffic|probes|demo|sim)\/|\/(zod|yaml|ora|chalk|execa|undici|@[\w-]+)\//;

test.for([
  ['--help'],
  ['-h'],
  ['--version'],
  ['help', 'exit-codes'],
  ['help', 'concepts'],
  ['help', '--man'],
  ['completion', 'bash'],
  ['__complete', '--', 'swi'],
  ['__complete', '--', 'failover', '--'],
  ['status', '--help'],
  ['demo', '--help'],
  ['simulate', '--help'],
  ['backtest', '--help'],
])('%s loads no provider and no library but commander', async (argv) => {
  const trace = join(dir, `loads-${argv.join('-')}`);
  const nodeArgs = ['--import', join(root, 'test/e2e/support/trace-loads.mjs')];
  const ended = await spawnGodwit(argv, { nodeArgs, env: { TRACE_LOADS: trace } });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const loaded = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:'));
  expect(loaded.length).toBeGreaterThan(5);
  expect(loaded.filter((url) => heavy.test(url.slice(url.indexOf(root) + root.length)))).toEqual([]);
  const libraries = loaded.flatMap((url) => /node_modules\/([^/]+)/.exec(url)?.[1] ?? []);
  expect([...new Set(libraries)]).toEqual(['commander']);
});

test('prints help on standard output', async () => {
  const ended = await spawnGodwit(['--help']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^Keeps inference deployments serving/);
});

test.for([
  { argv: ['statsu'], err: "error: unknown command 'statsu'\n  try  did you mean status?  godwit --help  (exit 2)\n" },
  {
    argv: ['status', '--wach'],
    err: "error: unknown option '--wach'\n  try  did you mean --watch?  godwit status --help  (exit 2)\n",
  },
  { argv: [], err: 'error: a command is missing\n  try  godwit --help  (exit 2)\n' },
  {
    argv: ['scale', 'chat'],
    err: "error: required option '--site <site>' not specified\n  try  godwit scale --help\nNothing was changed.  (exit 2)\n",
  },
])('refuses $argv on standard error with exit code 2', async ({ argv, err }) => {
  expect(await spawnGodwit(argv)).toEqual({ code: 2, stdout: '', stderr: err });
});

const commands = [['--help'], ['nonsense'], ['status', '--config', '/nowhere/godwit.yaml'], ['help', 'exit-codes']];
const environments = [
  {},
  { CI: '1' },
  { TERM: 'dumb' },
  { NO_COLOR: '1', FORCE_COLOR: '1' },
  { TERM: 'xterm-256color', LANG: 'en_US.UTF-8' },
];

test.for(commands.flatMap((argv) => environments.map((env) => ({ argv, env }))))(
  'writes no escape byte into a pipe: $argv with $env',
  async ({ argv, env }) => {
    const { stdout, stderr } = await spawnGodwit(argv, { env });
    expect(stdout + stderr).not.toContain('\u001b');
  },
);

test('a reader that leaves before anything is printed is no error', async () => {
  const child = spawn(process.execPath, [join(root, 'bin/godwit.js'), 'help', 'exit-codes'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => {
    complaint += part.toString();
  });
  const code = await new Promise((done) => child.once('close', done));
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
});

test('names the file it cannot find', async () => {
  const ended = await spawnGodwit(['status', '--config', join(dir, 'nowhere.yaml')]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(join(dir, 'nowhere.yaml'));
});

test('lists the mistakes of a configuration with line and column, and contacts nothing', async () => {
  const path = join(dir, 'bad.yaml');
  writeFileSync(path, 'version: 1\nsitess: {}\n');
  const ended = await spawnGodwit(['config', 'validate', '--config', path]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(`${path}:2:1: error:`);
  expect(ended.stderr).toContain('sites');
});

test.for([
  ['plan', 'start', 'chat', '--site', 'oslo'],
  ['plan', 'switchover', 'chat', '--to', 'paris'],
  ['stop', 'chat', '--site', 'oslo', '--dry-run'],
])('a preview leaves no trace: %s', async (argv) => {
  const config = join(dir, 'preview.yaml');
  const text = `version: 1
state: { dir: untouched }
sites:
  oslo: { provider: local, ports: 61000-61003 }
  paris: { provider: local, ports: 61004-61007 }
deployments:
  chat: { model: tiny, command: [sleep, "1"], sites: { oslo: { replicas: 1 }, paris: { replicas: 1 } } }
traffic: { listen: "127.0.0.1:61008" }
`;
  writeFileSync(config, text, { mode: 0o600 });
  const ended = await spawnGodwit([...argv, '--config', config]);
  expect(ended.stdout, ended.stderr).not.toBe('');
  expect([0, 5, 6]).toContain(ended.code);
  expect(existsSync(join(dir, 'untouched'))).toBe(false);
});
