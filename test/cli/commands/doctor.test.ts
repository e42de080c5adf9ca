import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { DoctorTerms } from '../../../src/engine/doctor.ts';
import { type DoctorReport, doctorAreas, type Finding } from '../../../src/model/doctor.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { hostileStrings, terminalControls } from '../../report/hostile.ts';
import { fakeApp } from '../support/fake-app.ts';

const ok: Finding = { area: 'quota', outcome: 'ok', where: 'site-a', what: 'room' };
const bad: Finding = { ...ok, outcome: 'bad', what: 'no room', why: 'quota 0, needs 12', todo: 'ask for more' };
const right: Finding = { ...bad, area: 'access', what: 'ec2:StartInstances is missing', isAccess: true };
const unknown: Finding = { ...ok, outcome: 'unknown', what: 'not seen' };

async function doctor(
  argv: readonly string[],
  findings: readonly Finding[] = [ok],
  notAsked: DoctorReport['notAsked'] = [],
) {
  const asked: DoctorTerms[] = [];
  const app = fakeApp({
    examine: async (_config, terms) => {
      asked.push(terms);
      return { findings, notAsked };
    },
  });
  return { code: await runCommand(['doctor', ...argv], app), ...app.printed, asked };
}

test.for([
  { name: 'all ok', findings: [ok], code: 0 },
  { name: 'something is not seen', findings: [ok, unknown], code: 11 },
  { name: 'something is bad', findings: [ok, unknown, bad], code: 1 },
  { name: 'only rights are bad', findings: [ok, unknown, right], code: 4 },
  { name: 'rights and something else are bad', findings: [right, bad], code: 1 },
] as const)('$name: exit $code', async ({ findings, code }) => {
  expect((await doctor([], findings)).code).toBe(code);
});

test('what nobody could be asked is said, and is no reason for another exit', async () => {
  const { code, out } = await doctor([], [ok], [{ area: 'quota', where: 'site-b', why: 'it does not say' }]);
  expect(code).toBe(0);
  expect(out).toContain('not asked quota site-b: it does not say');
  expect(out).toContain('2 ok, 0 bad, 0 unknown; 1 not asked');
});

test('what is bad comes first, with why and what to do', async () => {
  const { out, err } = await doctor(['--only', 'quota,access'], [ok, unknown, bad]);
  expect(out).toBe(`✖ bad       quota site-a: no room
    why    quota 0, needs 12
    do     ask for more
? unknown   quota site-a: not seen
✔ ok        quota site-a: room
1 ok, 1 bad, 1 unknown
`);
  expect(err).toContain('Nothing was changed.');
});

test('asks for what was typed', async () => {
  expect((await doctor([])).asked).toEqual([{ areas: doctorAreas, site: undefined }]);
  expect((await doctor(['--only', 'traffic,store', '--site', 'site-b'])).asked).toEqual([
    { areas: ['traffic', 'store'], site: 'site-b' },
  ]);
});

test.for([
  { argv: ['--only', 'traffc'], says: 'did you mean traffic?' },
  { argv: ['--site', 'site-x'], says: 'there is no site "site-x"' },
])('$argv is told what there is', async ({ argv, says }) => {
  const { code, err } = await doctor(argv);
  expect(code).toBe(2);
  expect(err).toContain(says);
});

test('for machines', async () => {
  const json = JSON.parse((await doctor(['-o', 'json'], [bad])).out);
  expect(json).toMatchObject({
    ...{ apiVersion: 'godwit/v1', kind: 'DoctorReport', notAsked: [] },
    counts: { ok: 1, bad: 1, unknown: 0, notAsked: 0 },
    findings: [
      { area: 'config', outcome: 'ok' },
      { area: 'quota', outcome: 'bad', where: 'site-a', what: 'no room', why: 'quota 0, needs 12', do: 'ask for more' },
    ],
  });
});

test.for(hostileStrings.map((text, index) => ({ text, index })))(
  'fits 80 columns and does nothing to a terminal, whatever a cloud says: $index',
  async ({ text }) => {
    const said = { ...bad, where: text, what: `${text} ${'long '.repeat(80)}`, why: text, todo: text };
    const { out } = await doctor([], [said], [{ area: 'access', where: text, why: text }]);
    expect(out.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(out).not.toMatch(terminalControls);
  },
);
