/** A run for programs that read test results: the drill is a suite, each claim of its hypothesis a case. */
import type { ClaimVerdict, DrillRun } from '../model/drill-run.ts';
import { storyItems } from './drill-story.ts';
import { measuredText, restoredText, whoText } from './drill-words.ts';
import { sanitize } from './text/sanitize.ts';
import { iso } from './text/time.ts';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly name: string;
  readonly outcome: Outcome;
  readonly message: string;
}

/**
 * Within what readers have in common (github.com/testmoapp/junitxml, read 2026-11-27). A missed objective is a failure, one that was
 * not measured an error, and of a run that did not start every case is skipped.
 */
export function junitOf(run: DrillRun): string {
  const cases = casesOf(run);
  const count = (outcome: Outcome): number => cases.filter((each) => each.outcome === outcome).length;
  const seconds = ((run.endedAtMs - run.beganAtMs) / 1000).toFixed(3);
  const ended = `failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const counts = `tests="${cases.length}" ${ended} time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="godwit drill" ${counts}>`,
    `  <testsuite name="${xml(run.drill.name)}" ${counts} timestamp="${iso(run.beganAtMs).slice(0, 19)}">`,
    '    <properties>',
    ...propertiesOf(run).map(([name, value]) => `      <property name="${xml(name)}" value="${xml(value)}"/>`),
    '    </properties>',
    ...cases.flatMap((each) => caseLines(run, each)),
    `    <system-out>${storyItems(run)
      .map(({ atMs, text }) => xml(`${iso(atMs)} ${text}`, 2000))
      .join('\n')}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Nobody may read a run that did not pass as all green. */
function casesOf(run: DrillRun): readonly Case[] {
  const { drill, end } = run;
  const because = end.because.length === 0 ? end.verdict : end.because.join('; ');
  if (end.claims.length > 0) {
    const cases = end.claims.map(claimCase);
    const isTold = end.verdict === 'passed' || cases.some(({ outcome }) => outcome !== 'passed');
    return isTold ? cases : cases.map(({ name }) => ({ name, outcome: 'error', message: because }));
  }
  const names = drill.hypothesis.length === 0 ? ['it claims something'] : drill.hypothesis.map(({ text }) => text);
  const outcome = end.verdict === 'not-started' ? 'skipped' : 'error';
  return names.map((name) => ({ name, outcome, message: `${end.verdict}: ${because}` }));
}

function claimCase(each: ClaimVerdict): Case {
  const name = each.claim.text;
  const measured = `measured: ${measuredText(each)}`;
  if (each.holds === 'yes') return { name, outcome: 'passed', message: measured };
  return { name, outcome: each.holds === 'no' ? 'failure' : 'error', message: measured };
}

function caseLines({ drill }: DrillRun, { name, outcome, message }: Case): readonly string[] {
  const head = `    <testcase name="${xml(name)}" classname="${xml(`${drill.deployment}.${drill.name}`)}"`;
  if (outcome === 'passed') return [`${head}/>`];
  const type = { failure: 'objective missed', error: 'not measured', skipped: 'not started' }[outcome];
  const said =
    outcome === 'skipped'
      ? `<skipped message="${xml(message)}"/>`
      : `<${outcome} message="${xml(message)}" type="${type}">${xml(message)}</${outcome}>`;
  return [`${head}>`, `      ${said}`, '    </testcase>'];
}

function propertiesOf(run: DrillRun): readonly (readonly [string, string])[] {
  const { drill, end } = run;
  return [
    ['run', run.id],
    ['kind', drill.kind],
    ['deployment', drill.deployment],
    ['verdict', end.verdict],
    ['undo', end.undo],
    ['restored', restoredText(run)],
    ['operator', whoText(run.by)],
    ...(run.reason === undefined ? [] : [['reason', run.reason] as const]),
    ['config', run.configDigest],
    ['version', run.version],
    ...end.claims.map((each) => [`measured ${each.claim.text}`, measuredText(each)] as const),
    ...end.phases.map(
      ({ phase, fromMs, untilMs }) =>
        [`phase.${phase}.ms`, untilMs === undefined ? 'not measured' : String(untilMs - fromMs)] as const,
    ),
    ['record', run.head],
  ];
}

/** For text and for values in quotes. What XML 1.0 cannot hold is gone: controls, halves of pairs, and U+FFFE and U+FFFF. */
function xml(text: string, maxLength = 500): string {
  return sanitize(text, maxLength)
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
}
