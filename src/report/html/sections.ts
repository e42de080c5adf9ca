/** The parts of a drill's page that are words and tables. */
import type { DrillRun, Footing } from '../../model/drill-run.ts';
import type { Answer } from '../../model/outcome.ts';
import { span } from '../../model/words.ts';
import { controlsChecked, controlsOf } from '../drill-controls.ts';
import { storyItems } from '../drill-story.ts';
import * as words from '../drill-words.ts';
import { day, iso, offsetText } from '../text/time.ts';
import { html, type Markup } from './markup.ts';
import { badge, clock, dataTable, facts } from './tables.ts';

const tones: Readonly<Record<Answer, 'good' | 'bad' | 'warn'>> = { yes: 'good', no: 'bad', unknown: 'warn' };

/** What it came to, and what it was to be measured by. */
export function verdictSection(run: DrillRun): Markup {
  const { drill, end } = run;
  const notice = words.kindNotice[drill.kind];
  const tone = end.verdict === 'passed' ? 'good' : end.verdict === 'failed' ? 'bad' : 'warn';
  const rows = words
    .objectivesOf(run)
    .map(({ text, measured, isMet, met }) => [text, measured, badge(tones[isMet], met)]);
  return html`<header><p class="soft">Drill report · ${day(run.beganAtMs)} · ${drill.deployment}</p><h1>${drill.title ?? drill.name}</h1>${notice === undefined ? '' : html`<p class="notice"><strong>${notice[0]}</strong> ${notice[1]}</p>`}<p class="verdict">${badge(tone, words.verdictWord[end.verdict])} ${words.verdictMeans(run)}.</p>${end.because.length === 0 ? '' : html`<ul>${end.because.map((why) => html`<li>${why}</li>`)}</ul>`}${rows.length === 0 ? html`<p>It has no objectives.</p>` : dataTable('Objectives, fixed before it began, and what was measured', ['objective', 'measured', 'met'], rows)}</header>`;
}

/** Who did it, why, to what, and with which program. */
export function aboutSection(run: DrillRun, offsetMin: number | undefined): Markup {
  const { drill, by } = run;
  const local = offsetMin === undefined ? '' : `; local time was UTC${offsetText(offsetMin)}`;
  const roles = Object.entries(drill.roles).map(([role, name]) => [role, name] as const);
  return html`<section><h2>The drill</h2>${facts([
    ['run', html`<code>${run.id}</code> of ${drill.name}`],
    ['kind', drill.kind],
    [
      'when',
      `${iso(run.beganAtMs)} to ${iso(run.endedAtMs)}, ${span(run.endedAtMs - run.beganAtMs)}. All times are UTC${local}.`,
    ],
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
  ])}</section>`;
}

/** What was left behind: said apart, for a drill may pass and leave something, or fail and leave nothing. */
export function footingSection(run: DrillRun): Markup {
  const { before, after, end } = run;
  const weights = (footing: Footing | undefined): string =>
    footing === undefined ? words.notMeasured : words.allWeightsText(footing.weights);
  const replicas = (footing: Footing | undefined): string =>
    footing === undefined ? words.notMeasured : words.replicasText(footing);
  return html`<section><h2>What it left behind</h2>${facts([
    ['undo', words.undoWords[end.undo]],
    ['footing', words.restoredText(run)],
  ])}${dataTable(
    'Footing before and after',
    ['', 'before', 'after'],
    [
      ['weights', weights(before), weights(after)],
      ['replicas', replicas(before), replicas(after)],
    ],
  )}</section>`;
}

/** Numbered as the marks of the drawings are. */
export function timelineSection(run: DrillRun): Markup {
  const since = (atMs: number): string => {
    const { faultAtMs } = run;
    if (faultAtMs === undefined) return '';
    return atMs < faultAtMs ? `-${span(faultAtMs - atMs)}` : `+${span(atMs - faultAtMs)}`;
  };
  const rows = storyItems(run).map(({ atMs, text }, index) => [String(index + 1), clock(atMs), since(atMs), text]);
  return html`<section><h2>What happened</h2>${dataTable('Timeline; numbers are those of the vertical lines above', ['no.', 'UTC', 'from the fault', 'what'], rows)}</section>`;
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
    return [clock(atMs), what, name, state, html`<span class="answer">${detail}</span>`];
  });
  return html`<section><h2>Checks</h2>${checkRows.length === 0 ? html`<p>None is on record.</p>` : dataTable('Looked at before anything was broken, and after', ['check', 'holds', 'detail'], checkRows)}</section>
<section><h2>Actions</h2>${actionRows.length === 0 ? html`<p>Nothing was done to the world.</p>` : dataTable('What the drill did, and what it was answered', ['UTC', 'what', 'fault', 'state', 'answer'], actionRows)}</section>`;
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
  return html`<section><h2>Decisions</h2>${decisionRows.length === 0 ? html`<p>None is on record.</p>` : dataTable('What automation decided, whenever that changed', ['UTC', 'decision', 'may act', 'diagnosis', 'reasons'], decisionRows)}</section>
<section><h2>Operations</h2>${operationRows.length === 0 ? html`<p>None was opened meanwhile.</p>` : dataTable('Opened meanwhile', ['operation', 'kind', 'weights', 'opened', 'ended', 'error'], operationRows)}</section>`;
}

/** What people make of it. */
export function lessonSections(run: DrillRun): Markup {
  const rows = run.findings.map(({ number, text, severity, owner, due, by }) => [
    ...[String(number), text, severity, owner ?? 'nobody yet', due ?? 'no date yet', words.whoText(by)],
  ]);
  const controls = controlsOf(run).map(({ source, place, about, shownBy }) => [`${source}, ${place}`, about, shownBy]);
  return html`<section><h2>Findings</h2>${rows.length === 0 ? html`<p>None yet. They are added with <code>godwit drill finding add ${run.id}</code>.</p>` : dataTable('Gaps, and who closes them', ['no.', 'finding', 'severity', 'owner', 'due', 'added by'], rows)}</section>
${controls.length === 0 ? '' : html`<section><h2>Controls</h2><p>Informative, and not legal advice: where this report may serve as evidence. Sources were read on ${controlsChecked}; whether an obligation applies and is met is for whoever is bound by it to say.</p>${dataTable('Controls and the parts of this report', ['where', 'what it is about', 'shown by'], controls)}</section>`}`;
}
