import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { completionScripts } from '../../src/cli/completion-scripts.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { GodwitError } from '../../src/errors.ts';
import type { Config } from '../../src/model/config.ts';
import { drillOf } from '../model/support/drills.ts';
import { recordsOf } from './support/drill-record.ts';
import { fakeApp } from './support/fake-app.ts';
import { config, deployment, placement, site } from './support/models.ts';
import { emptyStore, storeWithFailover } from './support/record.ts';

const two: Config = config({
  sites: ['site-a', 'site-b', 'lonely'].map(site),
  deployments: [deployment(), deployment({ name: 'embed', placements: [placement('site-b')] })],
});
const none = { text: '', findings: [] };

/** What is offered behind `godwit`, by word; the last word is the one being typed. */
async function offered(words: readonly string[], over: Parameters<typeof fakeApp>[0] = {}) {
  const app = fakeApp({
    readConfig: async () => ({ kind: 'valid', config: two, warnings: none }),
    openStore: storeWithFailover,
    ...over,
  });
  expect(await runCommand(['__complete', '--', ...words], app)).toBe(0);
  expect(app.printed.err).toBe('');
  const lines = app.printed.out.split('\n').slice(0, -1);
  return new Map(lines.map((line) => line.split('\t')).map(([word = '', summary]) => [word, summary]));
}

const wordsOf = async (...words: readonly string[]) => [...(await offered(words)).keys()];

test('offers every command with its summary, groups once, and no hidden word', async () => {
  const words = await offered(['']);
  const firsts = new Set(commandTable.map(({ name }) => name.split(' ')[0]));
  expect(new Set(words.keys())).toEqual(new Set([...firsts, 'help']));
  expect(words.get('config')).toBe('Check, show or describe the configuration');
  for (const { name, summary } of commandTable.filter((each) => !each.name.includes(' ')))
    expect(words.get(name)).toBe(summary);
});

test.for([
  { typed: ['swi'], words: ['switchover'] },
  { typed: ['config', ''], words: ['validate', 'show', 'schema'] },
  { typed: ['config', 'va'], words: ['validate'] },
  { typed: ['explain', 'er'], words: ['error'] },
  { typed: ['explain', 'error', '--st'], words: ['--status'] },
  { typed: ['explain', 'error', 'aws', '--market', 's'], words: ['spot'] },
  { typed: ['nonsense', ''], words: [] },
  { typed: ['help', 'con'], words: ['config', 'concepts'] },
  { typed: ['help', 'config', 's'], words: ['show', 'schema'] },
  { typed: ['help', '--'], words: ['--man'] },
  { typed: ['status', ''], words: ['chat', 'embed'] },
  { typed: ['status', 'e'], words: ['embed'] },
  { typed: ['status', 'chat', ''], words: [] },
  { typed: ['status', '--ex'], words: ['--exit-code'] },
  { typed: ['status', '-w', '--wa'], words: [] },
  { typed: ['--qui'], words: ['--quiet'] },
  { typed: ['config', '--qui'], words: ['--quiet'] },
  { typed: ['demo', '--fault', ''], words: ['kill', 'hang', 'errors', 'slow'] },
  { typed: ['demo', '--fault', 'h'], words: ['hang'] },
  { typed: ['demo', '--fault=h'], words: ['--fault=hang'] },
  { typed: ['demo', '--nonsense=h'], words: [] },
  { typed: ['demo', '--quiet=h'], words: [] },
  { typed: ['simulate', '--faults', 'site,net'], words: ['site,network'] },
  { typed: ['simulate', '--faults', 'site,si'], words: [] },
  { typed: ['-o', 'json', 'status', 'c'], words: ['chat'] },
  { typed: ['-o', 'js'], words: ['json', 'jsonl'] },
  { typed: ['--output=table', 'stat'], words: ['status'] },
  { typed: ['switchover', 'embed', '--to', ''], words: ['site-b'] },
  { typed: ['switchover', '--to', ''], words: ['site-a', 'site-b', 'lonely'] },
  { typed: ['switchover', 'unknown', '--to', 'l'], words: ['lonely'] },
  { typed: ['failover', 'embed', '--away-from=s'], words: ['--away-from=site-b'] },
  { typed: ['failover', 'chat', '--reason', ''], words: [] },
  { typed: ['failover', '--reason', 'chat', ''], words: ['chat', 'embed'] },
  { typed: ['explain', ''], words: 'some' },
  { typed: ['explain', 'op-'], words: ['op-7f3k'] },
  { typed: ['explain', 'la'], words: ['last'] },
  { typed: ['explain', 'CoolD'], words: ['CoolDown'] },
  { typed: ['explain', '--', 'la'], words: ['last'] },
  { typed: ['explain', '--', '--wh'], words: [] },
  { typed: ['explain', '--why-not', 'c'], words: ['chat'] },
  { typed: ['completion', ''], words: ['bash', 'zsh', 'fish'] },
  { typed: ['--config', ''], words: [':files'] },
  { typed: ['status', '--config=go'], words: [':files'] },
  { typed: ['simulate', ''], words: [':files'] },
  { typed: [], words: 'some' },
])('offers $words behind $typed', async ({ typed, words }) => {
  const found = await wordsOf(...typed);
  if (words === 'some') expect(found.length).toBeGreaterThan(3);
  else expect(found).toEqual(words);
});

test('says of a deployment where it is, of a site what it has there, and of an operation what it was', async () => {
  expect((await offered(['status', ''])).get('chat')).toBe('at site-a, site-b, site-c');
  expect((await offered(['switchover', 'chat', '--to', ''])).get('site-c')).toBe('2 replicas, cold');
  expect((await offered(['explain', 'op'])).get('op-7f3k')).toMatch(/^automatic failover of chat, done$/);
});

test('offers the options of every command that is named, its own and the global ones', async () => {
  for (const { name, load } of commandTable) {
    const words = await wordsOf(...name.split(' '), '--');
    for (const { flags, isHidden } of Object.values((await load()).options))
      expect(words.includes(/--[\w-]+/.exec(flags)?.[0] ?? ''), `${name} ${flags}`).toBe(isHidden !== true);
    expect(words, name).toEqual(expect.arrayContaining(['--output', '--help']));
  }
});

test('names no operation when nothing was done yet', async () => {
  expect([...(await offered(['explain', 'la'], { openStore: emptyStore })).keys()]).toEqual([]);
});

test.for([
  {
    name: 'no configuration',
    readConfig: async () => {
      throw new GodwitError('ConfigNotFound', 'no godwit.yaml');
    },
  },
  {
    name: 'a configuration with mistakes',
    readConfig: async () => ({ kind: 'invalid', text: 'bad', findings: [] }) as const,
  },
])('offers no names with $name, and still what needs none', async ({ readConfig }) => {
  const app = fakeApp({ readConfig });
  for (const words of [
    ['status', ''],
    ['failover', 'x', '--to', ''],
    ['explain', 'op-'],
  ])
    expect(await runCommand(['__complete', '--', ...words], app)).toBe(0);
  expect(app.printed).toMatchObject({ out: '', err: '' });
  await runCommand(['__complete', '--', 'explain', 'CoolD'], app);
  expect(app.printed).toMatchObject({ out: 'CoolDown\treason code\n', err: '' });
});

test('never reads standard input to complete a word', async () => {
  const asked: (string | undefined)[] = [];
  const app = fakeApp({
    readConfig: async (path) => {
      asked.push(path);
      return { kind: 'valid', config: two, warnings: none };
    },
  });
  await runCommand(['__complete', '--', 'status', '--config', '-', ''], app);
  expect([asked, app.printed.out]).toEqual([[], '']);
  await runCommand(['__complete', '--', '--config', 'x.yaml', 'status', ''], app);
  expect(asked).toEqual(['x.yaml']);
});

test('offers no word that a shell would read as more', async () => {
  const names = ['fine', 'a b', '$(rm -rf x)', 'a;b', '', 'x\ny'];
  const hostile = config({ deployments: names.map((name) => deployment({ name })) });
  const app = fakeApp({ readConfig: async () => ({ kind: 'valid', config: hostile, warnings: none }) });
  await runCommand(['__complete', '--', 'status', ''], app);
  expect(app.printed.out.split('\n').map((line) => line.split('\t')[0])).toEqual(['fine', '']);
});

test.for(['bash', 'zsh', 'fish'] as const)('prints the script of %s', async (shell) => {
  const app = fakeApp();
  expect(await runCommand(['completion', shell], app)).toBe(0);
  expect(app.printed).toMatchObject({ out: `${completionScripts[shell]}\n`, err: '' });
});

test('runs of drills are offered with what they came to, beside the drills and the command that stands there too', async () => {
  const records = await recordsOf({ id: 'dr-7' });
  const words = await offered(['drill', 'report', ''], {
    drillRecords: async () => records,
    readConfig: async () => ({ kind: 'valid', config: { ...two, drills: [drillOf()] }, warnings: none }),
  });
  expect([...words]).toEqual([
    ['verify', 'Check every byte of a drill’s record, and compute its figures again'],
    ['last', 'the newest run of a drill'],
    ['dr-7', 'site-loss, passed'],
    ['site-loss', 'Lose site-a at full traffic'],
  ]);
});

test('a group below a group is offered with what it holds', async () => {
  expect((await offered(['drill', 'fi'])).get('finding')).toBe('What people found out about a run');
  expect(await wordsOf('drill', 'finding', '')).toEqual(['add']);
  expect(await wordsOf('drill', 'finding', 'add', '--sev')).toEqual(['--severity']);
});
