import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { readers } from '../../src/cli/what-changed.ts';
import { until } from '../driver/local-world.ts';
import { killAll } from '../integration/support/program-world.ts';
import { whatChangedIn } from './support/says-what-changed.ts';
import { spawnGodwit } from './support/spawn-godwit.ts';

/** Nothing of it is ever started: every error here comes before anything could be. */
const config = `
version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: 19850-19854 }
  paris: { provider: local, ports: 19855-19859 }
deployments:
  chat: { model: tiny, command: [sleep, "40"], sites: { oslo: {}, paris: {} } }
traffic: { listen: "127.0.0.1:0" }
drills:
  loss: { deployment: chat, fault: [{ type: blackhole, site: oslo, for: 1m }] }
`;

/** Each command that changes something, as it is typed without a mistake. */
const typed: Readonly<Record<string, string>> = {
  run: '',
  gateway: '',
  failover: 'chat --yes',
  switchover: 'chat --to paris --yes',
  shift: 'chat --from oslo --reason update --yes',
  failback: 'chat --yes',
  drain: 'chat --site oslo --yes',
  start: 'chat --site oslo --yes',
  stop: 'chat --site oslo --reason update --confirm chat',
  migrate: 'chat --to paris --reason update --confirm chat',
  scale: 'chat --site oslo --replicas 2 --yes',
  rebalance: '--yes',
  'plan failover': 'chat',
  'plan switchover': 'chat --to paris',
  'plan shift': 'chat --from oslo',
  'plan failback': 'chat',
  'plan drain': 'chat --site oslo',
  'plan start': 'chat --site oslo',
  'plan stop': 'chat --site oslo',
  'plan migrate': 'chat --to paris',
  'plan scale': 'chat --site oslo --replicas 2',
  'plan rebalance': '',
  'plan evacuate': 'oslo',
  apply: '--plan plan.json --yes',
  evacuate: 'oslo --reason update --yes',
  return: 'oslo --yes',
  'op hold': 'last',
  'op resume': 'last --yes',
  'op return': 'last --yes',
  'op abort': 'last --yes',
  'op extend': 'last --expires 2h --yes',
  verify: '',
  'cron install': '--systemd',
  'drill init': '--write',
  'drill run': 'loss --yes',
  'drill abort': 'loss',
  'drill undo': 'dr-2k8m4p',
  'drill finding add': 'last late',
  note: 'called the provider',
  ack: 'chat',
  pause: 'chat --for 1h --reason update',
  unpause: 'chat',
  'blocks clear': 'chat --site oslo --reason update',
  'orphans adopt': 'oslo-chat-0 --reason update',
  'orphans delete': 'oslo-chat-0 --confirm chat --reason update',
};

let dir = '';
let cache = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-changed-'));
  cache = join(dir, 'cache');
  await typeIn(worldDir(), 'switchover', 'chat', '--to', 'rome');
});
afterAll(async () => {
  // A gateway outlives whoever started it.
  await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
  rmSync(dir, { recursive: true, force: true });
});

/** A folder of its own with the configuration. */
function worldDir(text = config): string {
  const own = mkdtempSync(join(dir, 'world-'));
  writeFileSync(join(own, 'godwit.yaml'), text, { mode: 0o600 });
  return own;
}

function typeIn(cwd: string, ...words: readonly string[]) {
  return spawnGodwit(words, { cwd, env: { NODE_COMPILE_CACHE: cache } });
}

const changing = commandTable.map(({ name }) => name).filter((name) => !readers.has(name));

test('every command that changes something is typed here, and what is called a reader is one', () => {
  expect(Object.keys(typed).sort()).toEqual([...changing].sort());
  const known = commandTable.map(({ name }) => name);
  expect([...readers].filter((name) => !known.includes(name))).toEqual([]);
});

describe.concurrent('every command that changes something', () => {
  test.for(changing)('%s without a configuration says that nothing was changed', async (name, { expect }) => {
    const words = [...name.split(' '), ...(typed[name] ?? '').split(' ').filter(Boolean)];
    const ended = await typeIn(dir, ...words, '--config', join(dir, 'nowhere.yaml'));
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/Nothing was changed\.\s+\(exit 2\)\n$/);
  });
});

interface Situation {
  readonly name: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly text?: string;
  readonly prepare?: (cwd: string) => void;
}

const state = (cwd: string): string => join(cwd, 'state');
const switchover = ['switchover', 'chat', '--to', 'paris', '--yes'];

const situations: readonly Situation[] = [
  {
    ...{ name: 'a configuration with mistakes', argv: switchover, code: 2, says: /2 errors?; nothing was contacted/ },
    text: config.replace('model: tiny', 'modle: tiny'),
  },
  { name: 'an option that is none', argv: ['shift', 'chat', '--form', 'oslo'], code: 2, says: /did you mean --from/ },
  { name: 'no such deployment', argv: ['failover', 'chta', '--yes'], code: 2, says: /did you mean "chat"/ },
  { name: 'no such site', argv: ['drain', 'chat', '--site', 'pairs', '--yes'], code: 2, says: /did you mean "paris"/ },
  {
    name: 'no site to be emptied',
    argv: ['evacuate', 'rome', '--reason', 'x', '--yes'],
    code: 2,
    says: /no site "rome"/,
  },
  { name: 'a reason is missing', argv: ['shift', 'chat', '--from', 'oslo', '--yes'], code: 2, says: /needs a reason/ },
  {
    ...{ name: 'a shift for too long', code: 2, says: /may last/ },
    argv: ['shift', 'chat', '--from', 'oslo', '--reason', 'x', '--expires', '160h', '--yes'],
  },
  {
    ...{ name: 'a split that is no whole', code: 2, says: /70% in all/ },
    argv: ['shift', 'chat', '--from', 'oslo', '--to', 'paris=70', '--reason', 'x', '--yes'],
  },
  {
    ...{ name: 'nowhere to go', argv: ['failover', 'chat', '--yes'], code: 6, says: /NoReadyCapacity/ },
    text: config.replace('oslo: {}, paris: {}', 'oslo: {}').replace(/drills:.*/s, ''),
  },
  {
    name: 'a drill that nobody would decide in',
    argv: ['drill', 'run', 'loss', '--yes'],
    code: 5,
    says: /UnknownView/,
  },
  { name: 'a drill whose gateway is not seen', argv: ['drill', 'abort', 'loss'], code: 11, says: /not seen/ },
  { name: 'no gateway', argv: switchover, code: 5, says: /DriverUnreachable/ },
  {
    name: 'no gateway for a whole site',
    argv: ['evacuate', 'oslo', '--reason', 'x', '--yes'],
    code: 5,
    says: /Driver/,
  },
  { name: 'no state yet', argv: ['op', 'hold', 'last'], code: 2, says: /no state in/ },
  {
    ...{ name: 'no such plan', argv: ['apply', '--plan', 'plan.json'], code: 2, says: /cannot be read/ },
  },
  {
    ...{ name: 'a plan that was cut', argv: ['apply', '--plan', 'plan.json'], code: 2, says: /plan\.json/ },
    prepare: (cwd) => writeFileSync(join(cwd, 'plan.json'), '{"kind":'),
  },
  {
    ...{ name: 'a state directory that is a file', argv: switchover, code: 1, says: /state/ },
    prepare: (cwd) => writeFileSync(state(cwd), ''),
  },
  {
    ...{ name: 'a state directory that others write to', argv: ['note', 'x'], code: 1, says: /chmod 700/ },
    prepare: (cwd) => {
      mkdirSync(state(cwd));
      chmodSync(state(cwd), 0o777);
    },
  },
  {
    ...{ name: 'a state of a newer godwit', argv: switchover, code: 1, says: /newer godwit/ },
    prepare: (cwd) => {
      mkdirSync(state(cwd), { mode: 0o700 });
      const database = new DatabaseSync(join(state(cwd), 'state.db'));
      database.exec('PRAGMA user_version = 9999');
      database.close();
      chmodSync(join(state(cwd), 'state.db'), 0o600);
    },
  },
  {
    ...{ name: 'a state that is damaged', argv: switchover, code: 1, says: /damaged/ },
    prepare: damage,
  },
  { ...{ name: 'a note in a damaged state', argv: ['note', 'x'], code: 1, says: /damaged/ }, prepare: damage },
  {
    // The gateway is asked instead, and there is none.
    ...{ name: 'a pause that nobody keeps', code: 1, says: /the gateway did not keep the pause/ },
    argv: ['pause', 'chat', '--for', '1h', '--reason', 'x'],
    prepare: damage,
  },
  { ...{ name: 'a controller over a damaged state', argv: ['run'], code: 1, says: /damaged/ }, prepare: damage },
];

function damage(cwd: string): void {
  mkdirSync(state(cwd), { mode: 0o700 });
  writeFileSync(join(state(cwd), 'state.db'), 'no database at all'.repeat(1000), { mode: 0o600 });
}

test.concurrent.for(situations)('$name: the error says what was and was not changed', async (situation, { expect }) => {
  const { argv, code, says, text, prepare } = situation;
  const cwd = worldDir(text);
  prepare?.(cwd);
  const ended = await typeIn(cwd, ...argv);
  expect(ended).toMatchObject({ code });
  expect(ended.stdout + ended.stderr).toMatch(says);
  expect(whatChangedIn(ended.stderr), ended.stderr).not.toEqual([]);
});

test('a machine reads it too', async () => {
  const cwd = worldDir();
  const { stdout } = await typeIn(cwd, 'failover', 'chta', '--yes', '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'NotFound', changed: false });
  const lines = (await typeIn(cwd, 'failover', 'chta', '--yes', '-o', 'jsonl')).stdout.trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'result', outcome: 'usage', changed: false });
});

test('whoever only looks is told nothing of changes', async () => {
  const { stderr } = await typeIn(worldDir(), 'status', 'chta');
  expect(stderr).toContain('there is no deployment "chta"');
  expect(whatChangedIn(stderr)).toEqual([]);
});
