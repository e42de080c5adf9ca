/** How long each part of the recovery took, beside the same drill's earlier runs. */
import { type DrillRun, type RecoveryPhase, recoveryPhases } from '../../model/drill-run.ts';
import { span } from '../../model/words.ts';
import { notMeasured, phaseMeans, verdictWord } from '../drill-words.ts';
import { day } from '../text/time.ts';
import { areaSwatch, drawingFrame } from './chart.ts';
import { html, type Markup, round } from './markup.ts';
import { clock, dataTable, section } from './tables.ts';

const left = 170;
const right = 860;
const rowHeight = 34;

/** Earlier runs that are drawn. */
const mostEarlier = 6;

const heading = 'Recovery, in parts';
const nothingBroken = 'Nothing was broken, so nothing had to recover.';
const nothingMoved = 'Automation opened no failover after the fault, or none is on record: there are no parts to show.';

/** A bar for this run and each earlier one on one scale, and its times. */
export function phasesSection(run: DrillRun, history: readonly DrillRun[]): Markup {
  const { phases } = run.end;
  if (phases.length === 0)
    return section(heading, html`<p>${run.faultAtMs === undefined ? nothingBroken : nothingMoved}</p>`);
  const earlier = history
    .filter(({ id, drill, end }) => id !== run.id && drill.name === run.drill.name && end.phases.length > 0)
    .toSorted((a, b) => b.beganAtMs - a.beganAtMs)
    .slice(0, mostEarlier);
  const rows = phases.map(({ phase, fromMs, untilMs }) => [
    ...[phase, phaseMeans[phase]],
    clock(fromMs),
    untilMs === undefined ? 'not seen' : clock(untilMs),
    untilMs === undefined ? notMeasured : span(untilMs - fromMs),
  ]);
  const caption = 'Parts of the recovery, each from the end of the one before; times in UTC';
  return section(
    heading,
    html`<p>${findingOf(run)}</p>`,
    // Without the end of any part there is nothing to draw, and earlier runs show nothing of this one.
    phases[0]?.untilMs === undefined ? '' : bars([run, ...earlier]),
    dataTable(caption, ['part', 'what it is', 'from', 'until', 'took'], rows),
  );
}

function bars(runs: readonly [DrillRun, ...DrillRun[]]): Markup {
  const longest = Math.max(1, ...runs.map(totalOf));
  const x = (ms: number): number => left + (ms / longest) * (right - left);
  const height = runs.length * rowHeight + 8;
  const title = `Parts of the recovery${runs.length > 1 ? `, beside ${runs.length - 1} earlier` : ''}`;
  const drawn = runs.map((each, index) => bar(each, index, x));
  const legend = recoveryPhases.map((phase, index) => html`<li>${areaSwatch(`area s${index}`)}${phase}</li>`);
  return html`<figure class="phases">${drawingFrame({ id: 'phases', title, finding: findingOf(runs[0]) }, height, drawn)}
    <ul class="legend">${legend}</ul></figure>`;
}

/** White on blue, black on all others: each can be read. */
const pale = 0;

function bar(run: DrillRun, index: number, x: (ms: number) => number): Markup {
  const y = index * rowHeight + 4;
  const { phases, verdict } = run.end;
  const startMs = phases[0]?.fromMs ?? 0;
  const isOpen = phases.some(({ untilMs }) => untilMs === undefined);
  const name = index === 0 ? 'this run' : `${day(run.beganAtMs)} ${verdictWord[verdict].toLowerCase()}`;
  const parts = phases.flatMap(({ phase, fromMs, untilMs }) =>
    untilMs === undefined ? [] : [part(phase, untilMs - fromMs, [x(fromMs - startMs), x(untilMs - startMs)], y)],
  );
  return html`<text x="${left - 8}" y="${y + 18}" text-anchor="end">${name}</text>${parts}
    <text x="${round(x(totalOf(run)) + 6)}" y="${y + 18}">${isOpen ? 'not to its end' : span(totalOf(run))}</text>`;
}

/** Its name and its time stand in it as far as they fit. */
function part(phase: RecoveryPhase, tookMs: number, [from, until]: readonly [number, number], y: number): Markup {
  const look = recoveryPhases.indexOf(phase);
  const label = [`${phase} ${span(tookMs)}`, span(tookMs)].find((each) => each.length * 7 + 8 < until - from);
  const rect = html`<rect class="phase s${look}" x="${round(from)}" y="${y}" width="${round(until - from)}" height="26"/>`;
  if (label === undefined) return rect;
  return html`${rect}<text class="${look === pale ? 'pale' : 'dark'}" x="${round((from + until) / 2)}" y="${y + 18}"
    text-anchor="middle">${label}</text>`;
}

/** Of what was seen to its end. */
function totalOf({ end: { phases } }: DrillRun): number {
  const last = phases.findLast(({ untilMs }) => untilMs !== undefined)?.untilMs;
  return (last ?? phases[0]?.fromMs ?? 0) - (phases[0]?.fromMs ?? 0);
}

function findingOf(run: DrillRun): string {
  const { phases } = run.end;
  const open = phases.find(({ untilMs }) => untilMs === undefined);
  if (open !== undefined) {
    const before = open === phases[0] ? '' : `; what came before it took ${span(totalOf(run))}`;
    return `The end of ${open.phase} was not seen${before}.`;
  }
  const [longest] = phases.toSorted((a, b) => (b.untilMs ?? 0) - b.fromMs - ((a.untilMs ?? 0) - a.fromMs));
  const most =
    longest === undefined ? '' : `, most of it to ${longest.phase} (${span((longest.untilMs ?? 0) - longest.fromMs)})`;
  return `From the first fault until it was stable: ${span(totalOf(run))}${most}.`;
}
