import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { findingsOf, inFolder, loadText, providers, terms, write } from './support/load.ts';

const small = `version: 1
sites:
  left: { provider: local, ports: 9100 }
deployments:
  chat: { model: tiny, command: [server], sites: { left: {} }, failover: { mode: "off" } }
`;
const load = (path: string | undefined, given: object = {}) => loadConfig(terms({ path, ...given }));

test('loads a file, with its path, a digest of its text and relative paths from its own folder', () =>
  inFolder(async (folder) => {
    const path = write(folder, 'godwit.yaml', small);
    const end = await load('godwit.yaml', { cwd: folder });
    expect(end).toMatchObject({
      kind: 'loaded',
      warnings: [],
      config: { path, stateDir: join(folder, '.godwit'), digest: expect.stringMatching(/^[0-9a-f]{12}$/) },
    });
  }));

test('the digest follows the text', async () => {
  const [one, same, other] = await Promise.all([loadText(small), loadText(small), loadText(`${small}# more\n`)]);
  const digest = (end: typeof one) => (end.kind === 'loaded' ? end.config.digest : end.kind);
  expect(digest(one)).toBe(digest(same));
  expect(digest(one)).not.toBe(digest(other));
});

test('reads standard input when the path is -, with paths from the working folder', async () => {
  const end = await loadText(small, { cwd: '/srv' });
  expect(end).toMatchObject({ kind: 'loaded', config: { path: '-', stateDir: '/srv/.godwit' } });
});

test('keeps warnings of a configuration that loads', async () => {
  const end = await loadText(small.replace(', failover: { mode: "off" }', ''));
  expect(end).toMatchObject({
    kind: 'loaded',
    warnings: [{ severity: 'warning', line: 5, message: 'chat has one site: nothing to fail over to' }],
  });
});

test('an empty file lacks everything, at its beginning', async () => {
  for (const text of ['', '\n\n', '# only words\n', '\ufeff']) {
    const end = await loadText(text);
    expect(end.kind === 'invalid' && end.findings.map(({ line, column, message }) => [line, column, message])).toEqual([
      [1, 1, 'missing "version"'],
      [1, 1, 'missing "sites"'],
      [1, 1, 'missing "deployments"'],
    ]);
  }
});

test.for(['hello', '- a\n- b\n', '42\n', 'null\n', '"quoted"'])('%j is no configuration', async (text) => {
  const end = await loadText(text);
  expect(end.kind === 'invalid' && end.findings).toMatchObject([
    { line: 1, column: 1, message: expect.stringContaining('the configuration must be a map, not') },
  ]);
});

test('a folder, a missing file and a file nobody may read are errors with the path', () =>
  inFolder(async (folder) => {
    const gone = join(folder, 'gone.yaml');
    await expect(load(folder)).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: `${folder} is a folder, not a file`,
    });
    await expect(load(gone)).rejects.toMatchObject({
      code: 'ConfigNotFound',
      message: `there is no configuration ${gone}`,
      hint: 'named by --config',
    });
    const loop = join(folder, 'loop.yaml');
    symlinkSync(loop, loop);
    await expect(load(loop)).rejects.toMatchObject({ code: 'ConfigNotFound' });
    const ofFile = join(write(folder, 'a.yaml', small), 'b.yaml');
    await expect(load(ofFile)).rejects.toMatchObject({ code: 'ConfigNotFound' });
  }));

test.runIf(process.platform === 'linux')('a file that fails while it is read is an error with the reason', () =>
  expect(load('/proc/self/mem')).rejects.toMatchObject({
    code: 'ConfigInvalid',
    message: expect.stringMatching(/^\/proc\/self\/mem cannot be read: E/),
  }),
);

test('bytes that are not UTF-8 are refused', () =>
  inFolder(async (folder) => {
    const latin = write(folder, 'latin.yaml', Buffer.from(`# caf\u00e9\n${small}`, 'latin1'));
    const wide = write(folder, 'wide.yaml', Buffer.from(`\ufeff${small}`, 'utf16le'));
    for (const path of [latin, wide])
      await expect(load(path)).rejects.toMatchObject({
        code: 'ConfigInvalid',
        message: `${path} is not UTF-8 text`,
        hint: 'save it in the encoding UTF-8',
      });
  }));

test('reads a device or a huge file only as far as the limit', () =>
  inFolder(async (folder) => {
    const huge = write(folder, 'huge.yaml', Buffer.concat([Buffer.from('é'.repeat(524_288)), Buffer.from('é')]));
    for (const path of ['/dev/zero', huge]) {
      const end = await load(path);
      expect(end.kind === 'invalid' && end.findings.map(({ message }) => message)).toEqual([
        'the configuration is larger than 1024 KiB',
      ]);
    }
  }));

test('reads a pipe', () =>
  inFolder(async (folder) => {
    const [source, pipe] = [write(folder, 'source.yaml', small), join(folder, 'pipe')];
    execFileSync('sh', ['-c', 'mkfifo "$1" && cat "$0" > "$1" &', source, pipe], { stdio: 'ignore' });
    await expect.poll(() => existsSync(pipe)).toBe(true);
    expect(await load(pipe)).toMatchObject({ kind: 'loaded' });
  }));

test.for([0o620, 0o602, 0o666])('refuses to use a file of mode %o, which others can write', (mode) =>
  inFolder(async (folder) => {
    const path = write(folder, 'godwit.yaml', small);
    chmodSync(path, mode);
    await expect(load(path, { isForUse: true })).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: `others can write to ${path}`,
      hint: `chmod go-w ${path}`,
    });
    expect(await load(path), 'to validate it is no danger').toMatchObject({ kind: 'loaded' });
  }),
);

test.for([0o600, 0o644, 0o444])('uses a file of mode %o', (mode) =>
  inFolder(async (folder) => {
    const path = write(folder, 'godwit.yaml', small);
    chmodSync(path, mode);
    expect(await load(path, { isForUse: true })).toMatchObject({ kind: 'loaded' });
  }),
);

test('follows a symbolic link and judges the rights of what it names', () =>
  inFolder(async (folder) => {
    const [real, link] = [write(folder, 'real.yaml', small), join(folder, 'godwit.yaml')];
    symlinkSync(real, link);
    expect(await load(link, { isForUse: true })).toMatchObject({ kind: 'loaded', config: { path: link } });
    chmodSync(real, 0o666);
    await expect(load(link, { isForUse: true })).rejects.toMatchObject({ message: `others can write to ${link}` });
  }));

test('looks here, then in every folder above up to the repository', () =>
  inFolder(async (folder) => {
    const inner = join(folder, 'repo', 'a', 'b');
    mkdirSync(inner, { recursive: true });
    const outside = write(folder, 'godwit.yaml', small);
    expect(await load(undefined, { cwd: inner })).toMatchObject({ config: { path: outside } });
    mkdirSync(join(folder, 'repo', '.git'));
    await expect(load(undefined, { cwd: inner })).rejects.toMatchObject({
      code: 'ConfigNotFound',
      message: `no godwit.yaml in ${inner} or a folder above it`,
      hint: expect.stringContaining('--config FILE'),
    });
    const own = write(join(folder, 'repo'), 'godwit.yaml', small);
    expect(await load(undefined, { cwd: inner })).toMatchObject({ config: { path: own } });
    expect(dirname(own)).toBe(join(folder, 'repo'));
  }));

test('GODWIT_CONFIG names the file when no flag does, and an empty one says nothing', () =>
  inFolder(async (folder) => {
    const path = write(folder, 'other.yaml', small);
    const env = { GODWIT_CONFIG: 'other.yaml' };
    expect(await load(undefined, { cwd: folder, env })).toMatchObject({ config: { path } });
    await expect(load(undefined, { cwd: '/', env })).rejects.toMatchObject({ hint: 'named by GODWIT_CONFIG' });
    await expect(load(undefined, { cwd: folder, env: { GODWIT_CONFIG: '' } })).rejects.toMatchObject({
      message: expect.stringContaining('no godwit.yaml in'),
    });
  }));

test.for([
  {
    name: 'loads the settings of the providers that the sites name, and no others',
    kind: 'local',
    expected: ['local'],
  },
  { name: 'loads the settings of all where a name is not known', kind: 'lokal', expected: ['cloud', 'local'] },
])('$name', async ({ kind, expected }) => {
  const loadedKinds: string[] = [];
  const counted = Object.fromEntries(
    Object.entries(providers).map(([each, { settings }]) => [
      each,
      {
        settings: () => {
          loadedKinds.push(each);
          return settings();
        },
      },
    ]),
  );
  const text = `version: 1
sites: { oslo: { provider: ${kind}, ports: 9100-9109 } }
deployments: { chat: { model: m, command: [c], sites: { oslo: {} }, failover: { mode: "off" } } }
`;
  const findings = await findingsOf(text, { providers: counted });
  expect(loadedKinds.sort()).toEqual(expected);
  expect(findings).toEqual(kind === 'local' ? [] : ['2:28 no provider "lokal"']);
});
