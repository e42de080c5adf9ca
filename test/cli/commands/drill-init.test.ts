import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Drill } from '../../../src/model/drill.ts';
import { drillOf } from '../../model/support/drills.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config, site } from '../support/models.ts';

async function type(argv: readonly string[], drills: readonly Drill[] = []) {
  const written: string[] = [];
  const used = { ...config({ sites: ['site-a', 'site-b', 'site-c'].map(site) }), drills };
  const app = fakeApp({
    reading: { kind: 'valid', config: used, warnings: { text: '', findings: [] } },
    append: async (path, text) => {
      written.push(text);
      return { path, backup: `${path}.bak` };
    },
  });
  return { code: await runCommand(['drill', 'init', ...argv], app), written, path: used.path, ...app.printed };
}

test('prints the section and writes nothing', async () => {
  const { code, out, err, written } = await type([]);
  expect({ code, written }).toEqual({ code: 0, written: [] });
  expect(out).toMatch(/^# Rehearsed failures.+\ndrills:\n {2}site-loss:\n/s);
  expect(out).toContain('  # provider-exit: all sites of chat are of one vendor');
  expect(err).toContain('godwit drill init --write');
});

test('--write adds exactly what is printed', async () => {
  const { out: printed } = await type([]);
  const { code, out, written, path } = await type(['--write']);
  expect(code).toBe(0);
  expect(written).toEqual([printed]);
  expect(out).toBe(`5 drills written to ${path}; what it was before is ${path}.bak\n`);
});

test('where there are drills already it prints those that are missing, to be pasted', async () => {
  const { code, out, err, written } = await type(['--write'], [drillOf({ name: 'site-loss' })]);
  expect({ code, written }).toEqual({ code: 2, written: [] });
  expect(out).not.toContain('drills:');
  expect(out).not.toContain('site-loss:');
  expect(out).toMatch(/^ {2}engine-hang:/m);
  expect(err).toContain('Nothing was changed');
  expect(await type([], [drillOf({ name: 'site-loss' })])).toMatchObject({ code: 0 });
});

test('nothing is to be done where all of them are there', async () => {
  const all = ['site-loss', 'engine-hang', 'slow-site', 'no-capacity', 'blind-controller'];
  const { code, out } = await type(
    ['--write'],
    all.map((name) => drillOf({ name })),
  );
  expect({ code, out }).toEqual({ code: 0, out: 'Nothing to do: every drill that makes sense here is there.\n' });
});

test('what would not be valid is not written', async () => {
  const app = fakeApp({
    append: async () => {
      throw new GodwitError('ConfigInvalid', 'what would be written is not valid');
    },
  });
  expect(await runCommand(['drill', 'init', '--write'], app)).toBe(2);
  expect(app.printed.err).toContain('Nothing was changed.');
});

test('says for machines what was left out', async () => {
  const { out } = await type(['chat', '-o', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    ...{ kind: 'DrillInit', written: null },
    leftOut: [{ name: 'provider-exit', why: expect.stringContaining('one vendor') }],
  });
});
