/** The parts of a drill's page that are words and tables. */
import type { DrillRun, Footing } from '../../model/drill-run.ts';
import type { Answer } from '../../model/outcome.ts';
import { span } from '../../model/words.ts';
import { controlsChecked, controlsOf } from '../drill-controls.ts';
import { storyItems } from '../drill-story.ts';
import * as words from '../drill-words.ts';
import { clockTime, day, iso, offsetText } from '../text/time.ts';
import { html, type Markup } from './markup.ts';
import { badge, clock, dataTable, facts, section, tableOr } from './tables.ts';

const tones: Readonly<Record<Answer, 'good' | 'bad' | 'warn'>> = { yes: 'good', no: 'bad', unknown: 'warn' };

/** What it came to, and what it was to be measured by. */
export function verdictSection(run: DrillRun): Markup {
  const { drill, end } = run;
  const notice = words.kindNotice[drill.kind];
  const tone = end.verdict === 'passed' ? 'good' : end.verdict === 'failed' ? 'bad' : 'warn';
  const rows = words
    .objectivesOf(run)
    .map(({ text, measured, isMet, met }) => [text, measured, badge(tones[isMet], met)]);
  const caption = 'Objectives, fixed before it began, and what was measured';
  return html`<header><p class="soft">Drill report · ${day(run.beganAtMs)} · ${drill.deployment}</p>
    <h1>${drill.title ?? drill.name}</h1>
    ${notice === undefined ? '' : html`<p class="notice"><strong>${notice[0]}</strong> ${notice[1]}</p>`}
    <p class="verdict">${badge(tone, words.verdictWord[end.verdict])} ${words.verdictMeans(run)}.</p>
    ${end.because.length === 0 ? '' : html`<ul>${end.because.map((why) => html`<li>${why}</li>`)}</ul>`}
    ${tableOr('It has no objectives.', caption, ['objective', 'measured', 'met'], rows)}</header>
    `;
}

/** Who did it, why, to what, and with which program. */
export function aboutSection(run: DrillRun, offsetMin: number | undefined): Markup {
  const { drill, by } = run;
  const local = offsetMin === undefined ? '' : `; local time was UTC${offsetText(offsetMin)}`;
  const roles = Object.entries(drill.roles).map(([role, name]) => [role, name] as const);
  const took = span(run.endedAtMs - run.beganAtMs);
  const [from, until] = [run.beganAtMs, run.endedAtMs].map((atMs) => `${day(atMs)} ${clockTime(atMs)}`);
  const when = `${from} to ${until}, ${took}`;
  const told = facts([
    ['run', html`<code>${run.id}</code> of ${drill.name}`],
    ['kind', drill.kind],
    ['when', `${when}. All times are UTC${local}.`],
    ['run by', words.whoText(by)],
    ['why', run.reason ?? 'no reason was given'],
    ['scheduled for', run.slotMs === undefined ? 'no slot of a schedule: somebody started it' : iso(run.slotMs)],
    ...roles,
    ['broken', words.faultTexts(drill).join('; ')],
    ['load', words.loadText(drill.load)],
    [
      'ends early if',
      drill.abortIf.length === 0 ? 'no condition of its own' : drill.abortIf.map(({ text }) => text).join('; '),
    ],
    ['configuration', html`<span class="digest">${run.configDigest}</span>`],
    ['program', `godwit ${run.version}`],
  ]);
  return section('The drill', told);
}

const notRecorded = 'not recorded';

/** What was left behind: said apart, for a drill may pass and leave something, or fail and leave nothing. */
export function footingSection(run: DrillRun): Markup {
  const { before, after, end } = run;
  const weights = (footing: Footing | undefined): string =>
    footing === undefined ? notRecorded : words.allWeightsText(footing.weights);
  const replicas = (footing: Footing | undefined): string =>
    footing === undefined ? notRecorded : words.replicasText(footing);
  return section(
    'What it left behind',
    facts([
      ['undo', words.undoWords[end.undo]],
      ['footing', words.restoredText(run)],
    ]),
    dataTable(
      'Footing before and after',
      ['what', 'before', 'after'],
      [
        ['weights', weights(before), weights(after)],
        ['replicas', replicas(before), replicas(after)],
      ],
    ),
  );
}

/** Numbered as the marks of the drawings are. */
export function timelineSection(run: DrillRun): Markup {
  const since = (atMs: number): string => {
    const { faultAtMs } = run;
    if (faultAtMs === undefined) return '';
    if (atMs === faultAtMs) return '0s';
    return atMs < faultAtMs ? `-${span(faultAtMs - atMs)}` : `+${span(atMs - faultAtMs)}`;
  };
  const rows = storyItems(run).map(({ atMs, text }, index) => [String(index + 1), clock(atMs), since(atMs), text]);
  const caption = 'Timeline; numbers are those of the vertical lines above';
  return section('What happened', dataTable(caption, ['no.', 'UTC', 'from the fault', 'what'], rows));
}

/** Checks, and what was done to the world with what came back. */
export function doneSections({ checks, actions, drill }: DrillRun): Markup {
  const checkRows = checks.map(({ what, holds, detail }) => [
    what,
    badge(tones[holds], words.answerWord[holds]),
    detail,
  ]);
  const actionRows = actions.map(({ atMs, what, fault, state, detail }) => {
    const planned = drill.faults[fault];
    const name = planned === undefined ? `fault ${fault + 1}` : words.faultText(planned);
    return [clock(atMs), what, name, state, html`<span class="answer">${detail === '' ? 'none' : detail}</span>`];
  });
  const checked = 'Looked at before anything was broken, and after';
  const done = 'What the drill did, and what it was answered';
  const doneHead = ['UTC', 'what', 'fault', 'state', 'answer'];
  return html`${section('Checks', tableOr('None is on record.', checked, ['check', 'holds', 'detail'], checkRows))}
    ${section('Actions', tableOr('Nothing was done to the world.', done, doneHead, actionRows))}`;
}

/** What automation decided and carried out, by its usual rules. */
export function decidedSections({ decisions, operations }: DrillRun): Markup {
  const decisionRows = decisions.map(({ decidedAtMs, decision, isActionable, diagnosis, reasons }) => [
    clock(decidedAtMs),
    ...[decision, isActionable ? 'yes' : 'no', diagnosis],
    reasons.length === 0
      ? 'none'
      : html`${reasons.map(({ code, message }) => html`<div><code>${code}</code> ${message}</div>`)}`,
  ]);
  const operationRows = operations.map(({ id, plan, state, openedAtMs, endedAtMs, error }) => [
    html`<code>${id}</code>`,
    `${plan.trigger} ${plan.kind}`,
    `${words.allWeightsText(plan.before)} to ${words.allWeightsText(plan.after)}`,
    clock(openedAtMs),
    endedAtMs === undefined ? 'its end was not seen' : `${state} after ${span(endedAtMs - openedAtMs)}`,
    error === undefined ? '' : html`<span class="answer">${error.code} (${error.class}): ${error.message}</span>`,
  ]);
  const decided = 'What automation decided, whenever that changed';
  const decidedHead = ['UTC', 'decision', 'may act', 'diagnosis', 'reasons'];
  const openedHead = ['operation', 'kind', 'weights', 'opened', 'ended', 'error'];
  return html`${section('Decisions', tableOr('None is on record.', decided, decidedHead, decisionRows))}
    ${section('Operations', tableOr('None was opened meanwhile.', 'Opened meanwhile', openedHead, operationRows))}`;
}

/** What people make of it. */
export function lessonSections(run: DrillRun): Markup {
  const rows = run.findings.map(({ number, text, severity, owner, due, by }) => [
    ...[String(number), text, severity, owner ?? 'nobody yet', due ?? 'no date yet', words.whoText(by)],
  ]);
  const controls = controlsOf(run).map(({ source, place, about, shownBy }) => [`${source}, ${place}`, about, shownBy]);
  const none = html`None yet. They are added with <code>godwit drill finding add ${run.id}</code>.`;
  const head = ['no.', 'finding', 'severity', 'owner', 'due', 'added by'];
  const about = html`<p>Informative, and not legal advice: where this report may serve as evidence. Sources were read on
    ${controlsChecked}; whether an obligation applies and is met is for whoever is bound by it to say. The record holds no
    costs, no assumptions or exclusions and no sign-off: keep those beside it.</p>`;
  const mapping = 'Controls and the parts of this report';
  const controlHead = ['where', 'what it is about', 'shown by'];
  return html`${section('Findings', tableOr(none, 'Gaps, and who closes them', head, rows))}
    ${controls.length === 0 ? '' : section('Controls', about, dataTable(mapping, controlHead, controls))}`;
}
