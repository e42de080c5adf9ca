import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const src = join(root, 'src');

/** Who may import whom, types included; what is not listed is forbidden. Own room is always allowed. */
const law: Record<string, readonly string[]> = {
  errors: [],
  model: [],
  core: ['model'],
  ports: ['model'],
  config: ['model', 'ports', 'errors'],
  store: ['model', 'ports', 'errors'],
  'providers/index': ['model', 'ports', 'providers'],
  // `shared`: what any cloud's session does and keeps on disk about its site. Never another provider.
  'providers/*': ['model', 'ports', 'errors', 'providers/shared'],
  probes: ['model', 'ports', 'errors'],
  'traffic/*': ['model', 'ports', 'errors'],
  faults: ['model', 'ports', 'errors'],
  // Where no probe may be sent, no notice may be either.
  notify: ['model', 'ports', 'errors', 'probes/allowed-target'],
  gateway: ['core/routing', 'model', 'ports', 'errors'],
  solver: ['model', 'ports', 'errors'],
  system: ['ports', 'model', 'errors'],
  testkit: ['ports', 'model', 'errors'],
  // Real requests to a gateway: it is given no part of what it asks, so that it sees what users see.
  load: ['ports', 'model', 'errors'],
  demo: ['model', 'errors'],
  engine: ['core', 'ports', 'model', 'errors'],
  report: ['model', 'errors'],
  // `store/chain` to verify the journals of its worlds as a reader would.
  sim: [
    'core',
    'engine',
    'ports',
    'model',
    'errors',
    'store/memory',
    'store/memory-drill-records',
    'store/chain',
    'testkit',
  ],
  cli: ['engine', 'report', 'config', 'ports', 'model', 'errors'],
  main: ['*'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();

/** The room of a file: its first folder, or two for the plugin rooms, where each plugin is a room of its own. */
function roomOf(file: string): string {
  const [first = '', second = ''] = file.replace(/\.ts$/, '').split('/');
  return first === 'providers' || first === 'traffic' ? `${first}/${second}` : first;
}

function lawOf(room: string): readonly string[] | undefined {
  return law[room] ?? law[room.replace(/\/.*/, '/*')];
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
}

function isAllowed(from: string, to: string): boolean {
  const room = roomOf(from);
  if (roomOf(to) === room) return true;
  const allowed = lawOf(room) ?? [];
  return allowed.some((name) => name === '*' || to === `${name}.ts` || to.startsWith(`${name}/`));
}

test('every room has a law', () => {
  expect(files.filter((file) => lawOf(roomOf(file)) === undefined)).toEqual([]);
});

test.for(files)('%s imports only what its room may', (file) => {
  const ours = importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(src, resolve(dirname(join(src, file)), name)));
  expect(ours.filter((to) => !isAllowed(file, to))).toEqual([]);
});

test.for(files.filter((file) => /^(core|model)\//.test(file)))('%s imports nothing from outside', (file) => {
  expect(importsOf(file).filter((name) => !name.startsWith('.'))).toEqual([]);
});

test.for(files.filter((file) => file.startsWith('core/')))('%s is synchronous', (file) => {
  expect(readFileSync(join(src, file), 'utf8')).not.toMatch(/\b(async|await|Promise)\b/);
});

test.for(files.filter((file) => !/^(testkit|providers)\/index\.ts$/.test(file)))('%s is no barrel', (file) => {
  expect(readFileSync(join(src, file), 'utf8')).not.toMatch(/^export (\*|\{[^}]*\}) from/m);
});

test.for(files)('%s is at most 250 lines', (file) => {
  const lines = readFileSync(join(src, file), 'utf8').split('\n').length - 1;
  expect(lines).toBeLessThanOrEqual(250);
});

/** Exports of one kind that no comment stands before; `isOpened`: the sentence the file opens with documents the first one. */
function undocumentedIn(lines: readonly string[], kind: RegExp, isOpened: boolean): readonly string[] {
  const exported = lines.flatMap((line, index) => (kind.test(line) ? [{ line, before: lines[index - 1] ?? '' }] : []));
  return exported
    .slice(isOpened ? 1 : 0)
    .filter(({ before }) => !/\*\/$/.test(before))
    .map(({ line }) => line);
}

const valueExport = /^export (async )?(function|class|const) /;

test.for(files.filter((file) => !file.startsWith('cli/commands/')))('%s documents what it exports', (file) => {
  const lines = readFileSync(join(src, file), 'utf8').split('\n');
  expect(undocumentedIn(lines, valueExport, lines[0]?.startsWith('/**') === true)).toEqual([]);
});

/** Where types are documented as well: what decides, and what it decides by. */
const documentsTypes = /^(core|solver|engine\/rebalance)\/|^model\/(placement-problem|rebalance-.*)\.ts$/;

test.for(files.filter((file) => documentsTypes.test(file)))('%s documents the types it exports', (file) => {
  const lines = readFileSync(join(src, file), 'utf8').split('\n');
  const isOpened = lines[0]?.startsWith('/**') === true && !lines.some((line) => valueExport.test(line));
  expect(undocumentedIn(lines, /^export (interface|type) /, isOpened)).toEqual([]);
});
