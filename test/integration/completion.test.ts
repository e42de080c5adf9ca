/** Real shells, with the scripts as a user has them. Needs bash, zsh, fish, tmux, groff and mandoc. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { root } from '../e2e/support/spawn-godwit.ts';

const yaml = `version: 1
sites:
  oslo: { provider: local, ports: 19100-19109 }
  paris: { provider: local, ports: 19200-19209 }
  lima: { provider: local, ports: 19300-19309 }
deployments:
  chat:
    model: tiny
    command: ["serve", "--port", "\${port}"]
    sites: { oslo: { replicas: 2 }, paris: { replicas: 1 } }
  embed: { model: vectors, command: ["serve", "--port", "\${port}"], sites: { lima: { replicas: 1 } } }
`;

let dir = '';
let env: NodeJS.ProcessEnv = {};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-shells-'));
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/godwit'), `#!/bin/sh\nexec '${process.execPath}' '${root}/bin/godwit.js' "$@"\n`);
  chmodSync(join(dir, 'bin/godwit'), 0o755);
  writeFileSync(join(dir, 'godwit.yaml'), yaml);
  writeFileSync(join(dir, 'other file.yaml'), yaml);
  env = { PATH: `${join(dir, 'bin')}:${process.env['PATH']}`, HOME: dir, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Standard output; a shell that is missing, fails or complains fails the test. */
function run(command: string, args: readonly string[], input = ''): string {
  const ended = spawnSync(command, args, { cwd: dir, env, input, encoding: 'utf8', timeout: 60_000 });
  if (ended.error !== undefined) throw ended.error;
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(0);
  return ended.stdout;
}

/** What bash would offer; the words are those that it makes itself, broken at `=`. */
function bashOffers(...words: readonly string[]): readonly string[] {
  const quoted = ['godwit', ...words].map((word) => `'${word}'`).join(' ');
  const script = `set -u; source <(godwit completion bash); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}
_godwit; [[ \${#COMPREPLY[@]} -eq 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc', '--noprofile', '-c', script]).split('\n').slice(0, -1);
}

test.for([
  { words: ['swi'], offers: ['switchover'] },
  { words: ['config', ''], offers: ['validate', 'show', 'schema'] },
  { words: ['status', ''], offers: ['chat', 'embed'] },
  { words: ['switchover', 'chat', '--to', ''], offers: ['oslo', 'paris'] },
  { words: ['switchover', 'chat', '--to', '=', 'p'], offers: ['paris'] },
  { words: ['switchover', 'chat', '--to', '='], offers: ['oslo', 'paris'] },
  { words: ['demo', '--fa'], offers: ['--fault'] },
  { words: ['nonsense', ''], offers: [] },
  { words: ['--config', 'other'], offers: ['other file.yaml'] },
  { words: ['status', '--config', '=', 'oth'], offers: ['other file.yaml'] },
])('bash offers $offers behind $words', ({ words, offers }) => {
  expect(bashOffers(...words)).toEqual(offers);
});

test.for([
  { line: 'godwit swi', offers: ['switchover\tMove a deployment to another site while both are healthy'] },
  { line: 'godwit switchover chat --to ', offers: ['oslo\t2 replicas, hot', 'paris\t1 replica, hot'] },
  { line: 'godwit switchover chat --to=p', offers: ['--to=paris\t1 replica, hot'] },
  { line: 'godwit config ', offers: ['validate', 'show', 'schema'] },
  { line: 'godwit --config oth', offers: ['other file.yaml'] },
  { line: 'godwit nonsense ', offers: [] },
])('fish offers $offers behind $line', ({ line, offers }) => {
  const script = `source (godwit completion fish | psub); complete -C '${line}'`;
  const lines = run('fish', ['--no-config', '-c', script]).split('\n').slice(0, -1);
  expect(lines.map((each, index) => (offers[index]?.includes('\t') ? each : each.split('\t')[0]))).toEqual(offers);
});

/** A shell in a terminal of its own, at which keys are typed. */
async function atTerminal(command: string, work: (typed: Typing) => Promise<void>): Promise<void> {
  const socket = `godwit-${process.pid}-${Math.floor(performance.now())}`;
  const tmux = (...args: readonly string[]): string => run('tmux', ['-L', socket, '-f', '/dev/null', ...args]);
  tmux('new-session', '-d', '-x', '100', '-y', '30', command);
  try {
    await work({
      keys: (...keys) => tmux('send-keys', ...keys),
      shows: async (what) => {
        let screen = '';
        const look = (): boolean => {
          screen = tmux('capture-pane', '-p');
          return what.test(screen);
        };
        await until(look, String(what)).catch((error: unknown) => {
          throw new Error(`${String(error)}\n${screen}`);
        });
      },
    });
  } finally {
    tmux('kill-server');
  }
}

interface Typing {
  keys(...keys: readonly string[]): void;
  shows(what: RegExp): Promise<void>;
}

const shells = [
  { shell: 'bash', start: 'bash --norc --noprofile', load: 'source <(godwit completion bash)' },
  { shell: 'zsh', start: 'zsh -f', load: 'autoload -U compinit; compinit -u -D; source <(godwit completion zsh)' },
  { shell: 'fish', start: 'fish --no-config', load: 'godwit completion fish | source' },
] as const;

test.for(shells)('Tab completes in $shell', async ({ start, load }) => {
  await atTerminal(start, async ({ keys, shows }) => {
    keys(`${load}; echo loa''ded`, 'Enter');
    await shows(/^loaded/m);
    keys('godwit swi', 'Tab');
    await shows(/godwit switchover$/m);
    keys('embed --ti', 'Tab');
    await shows(/switchover embed --timeout$/m);
    keys('C-u', 'godwit switchover embed --to=', 'Tab');
    await shows(/--to=lima/);
    keys('C-u', 'godwit status c', 'Tab');
    await shows(/godwit status chat/);
  });
});

test.for(shells.filter(({ shell }) => shell !== 'bash'))('$shell shows what each word is', async ({ start, load }) => {
  await atTerminal(start, async ({ keys, shows }) => {
    keys(`${load}; echo loa''ded`, 'Enter');
    await shows(/^loaded/m);
    keys('godwit switchover chat --to ', 'Tab');
    await shows(/oslo.+2 replicas, hot/);
    await shows(/paris.+1 replica, hot/);
  });
});

test('zsh takes the script as a file of its own too', async () => {
  mkdirSync(join(dir, 'functions'));
  writeFileSync(join(dir, 'functions/_godwit'), run('godwit', ['completion', 'zsh']));
  await atTerminal('zsh -f', async ({ keys, shows }) => {
    keys(`fpath=(${join(dir, 'functions')} $fpath); autoload -U compinit; compinit -u -D; echo loa''ded`, 'Enter');
    await shows(/^loaded/m);
    keys('godwit swi', 'Tab');
    await shows(/godwit switchover$/m);
  });
});

test('groff and mandoc read the manual page without a warning', () => {
  const page = run('godwit', ['help', '--man']);
  const shown = run('groff', ['-man', '-Tutf8', '-ww', '-P-cbou'], page);
  expect(shown).toContain('godwit scale DEPLOYMENT --site <site> --replicas <n>');
  // It misses a date, which would make two builds of one version differ; lines of one sentence are long.
  const complaints = run('mandoc', ['-Tutf8', '-Wwarning,stop'], page.replace('GODWIT 1 ""', 'GODWIT 1 "2026-01-01"'));
  expect(complaints).toContain('switchover');
});
