/** What a drill came to, as Markdown for a ticket: the facts of the page, without its charts. */
import type { DrillRun } from '../../model/drill-run.ts';
import { span } from '../../model/words.ts';
import { controlsChecked, controlsOf } from '../drill-controls.ts';
import { storyItems } from '../drill-story.ts';
import * as words from '../drill-words.ts';
import { clockTime, iso } from '../text/time.ts';
import { mdTable, mdText } from './text.ts';

/** Times in UTC. */
export function drillReportMd(run: DrillRun): string {
  const notice = words.kindNotice[run.drill.kind];
  return `${[
    `## Drill ${mdText(run.drill.name, 80)}: ${words.verdictWord[run.end.verdict].toLowerCase()}`,
    ...(notice === undefined ? [] : [`**${notice[0]}.** ${notice[1]}`]),
    [words.verdictSentence(run), ...run.end.because.map((why) => `- ${mdText(why)}`)].join('\n'),
    objectives(run),
    facts(run),
    ...section('Phases', ['phase', 'from', 'until', 'took'], phaseRows(run)),
    ...section(
      'What happened',
      ['UTC', 'what'],
      storyItems(run).map(({ atMs, text }) => [clockTime(atMs), text]),
    ),
    ...section(
      'Checks',
      ['check', 'holds', 'detail'],
      run.checks.map(({ what, holds, detail }) => [what, words.answerWord[holds], detail]),
    ),
    ...section('Actions', ['UTC', 'what', 'fault', 'state', 'answer'], actionRows(run)),
    ...section('Findings', ['no.', 'finding', 'severity', 'owner', 'due'], findingRows(run)),
    ...controls(run),
    `Record \`${mdText(run.head)}\``,
  ].join('\n\n')}\n`;
}

function objectives(run: DrillRun): string {
  const rows = words.objectivesOf(run).map(({ text, measured, met }) => [text, measured, met]);
  return rows.length === 0 ? 'It has no objectives.' : mdTable(['objective', 'measured', 'met'], rows);
}

function facts(run: DrillRun): string {
  const { drill, before, after } = run;
  const rows: readonly (readonly [string, string])[] = [
    ['run', `${run.id}, ${iso(run.beganAtMs)} to ${iso(run.endedAtMs)}`],
    ['kind', `${drill.kind} drill of ${drill.deployment}`],
    ...words.faultTexts(drill).map((fault) => ['breaks', fault] as const),
    ['load', words.loadText(drill.load)],
    ['by', words.whoText(run.by)],
    ['why', run.reason ?? 'no reason was given'],
    ...Object.entries(drill.roles).map(([role, name]) => [role, name] as const),
    ['undo', words.undoWords[run.end.undo]],
    ['footing', words.restoredText(run)],
    ['weights before', before === undefined ? 'not recorded' : words.allWeightsText(before.weights)],
    ['weights after', after === undefined ? 'not recorded' : words.allWeightsText(after.weights)],
    ['config', run.configDigest],
    ['program', `godwit ${run.version}`],
  ];
  return rows.map(([name, said]) => `- **${name}** ${mdText(said)}`).join('\n');
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : [`### ${title}`, mdTable(head, rows)];
}

function phaseRows({ end }: DrillRun): readonly (readonly string[])[] {
  return end.phases.map(({ phase, fromMs, untilMs }) => [
    phase,
    clockTime(fromMs),
    untilMs === undefined ? 'not seen' : clockTime(untilMs),
    untilMs === undefined ? words.notMeasured : span(untilMs - fromMs),
  ]);
}

function actionRows({ actions, drill }: DrillRun): readonly (readonly string[])[] {
  return actions.map(({ atMs, what, fault, state, detail }) => {
    const planned = drill.faults[fault];
    return [
      clockTime(atMs),
      what,
      planned === undefined ? String(fault + 1) : words.faultText(planned),
      state,
      detail === '' ? 'none' : detail,
    ];
  });
}

function findingRows({ findings }: DrillRun): readonly (readonly string[])[] {
  return findings.map(({ number, text, severity, owner, due }) => [
    ...[String(number), text, severity],
    ...[owner ?? 'none', due ?? 'none'],
  ]);
}

function controls(run: DrillRun): readonly string[] {
  const rows = controlsOf(run).map(({ source, place, about }) => [`${source}, ${place}`, about]);
  const title = `Controls (informative, read ${controlsChecked}, not legal advice)`;
  return section(title, ['where', 'about'], rows);
}
