/** Evidence of drills for a spreadsheet: a row for each run, whatever it came to. */
import { type DrillRun, drillStages } from '../model/drill-run.ts';
import type { Signal } from '../model/expression.ts';
import { controlsChecked, controlsOf } from './drill-controls.ts';
import { achievedMs, figuresOf } from './drill-figures.ts';
import { comparisonsIn, notMeasured, percent, restoredText, undoWords, whoText } from './drill-words.ts';
import { sanitize } from './text/sanitize.ts';
import { day, iso } from './text/time.ts';

/** Every cell quoted, lines ended as RFC 4180 has it; no cell begins as a formula of a spreadsheet would. */
export function evidenceCsv(runs: readonly DrillRun[]): string {
  return evidenceHead() + runs.map(evidenceRow).join('');
}

/** The names of its columns, as the first line. */
export function evidenceHead(): string {
  return line(columns.map(([name]) => name));
}

/** One run: with the head before them, rows make a file, and nobody has to keep all runs for it. */
export function evidenceRow(run: DrillRun): string {
  return line(columns.map(([, of]) => of(run)));
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

const columns: readonly (readonly [name: string, of: (run: DrillRun) => string])[] = [
  ['test_date', ({ beganAtMs }) => day(beganAtMs)],
  ['began_at', ({ beganAtMs }) => iso(beganAtMs)],
  ['ended_at', ({ endedAtMs }) => iso(endedAtMs)],
  ['run', ({ id }) => id],
  ['scenario', ({ drill }) => drill.name],
  ['scenario_title', ({ drill }) => drill.title ?? ''],
  ['scenario_type', ({ drill }) => drill.kind],
  ['deployment', ({ drill }) => drill.deployment],
  [
    'systems',
    ({ drill }) =>
      list([...drill.faults.map(({ site }) => site), ...(drill.exit === undefined ? [] : [drill.exit.vendor])]),
  ],
  ['rto_objective', (run) => objective(run, ['recoveryTime'])],
  ['rto_achieved_seconds', rtoAchieved],
  ['rpo_objective', (run) => objective(run, ['lostRequests', 'availability'])],
  ['rpo_achieved_lost_requests', rpoAchieved],
  ['objectives', ({ drill }) => list(drill.hypothesis.map(({ text }) => text))],
  ['passed', ({ end }) => (end.verdict === 'passed' ? 'yes' : 'no')],
  ['verdict', ({ end }) => end.verdict],
  ['gaps', ({ end }) => list(end.because)],
  ['actions', ({ findings }) => list(findings.map(actionText))],
  ['undo', ({ end }) => undoWords[end.undo]],
  ['restored', restoredText],
  ['stages', ({ stages }) => list(drillStages.filter((stage) => stages.some((each) => each.stage === stage)))],
  ['operator', ({ by }) => whoText(by)],
  ['reason', ({ reason }) => reason ?? ''],
  ['owner', ({ drill }) => drill.roles.owner ?? ''],
  ['config_digest', ({ configDigest }) => configDigest],
  ['program_version', ({ version }) => version],
  ['record_digest', ({ head }) => head],
  ['controls', (run) => list(controlsOf(run).map(({ source, place }) => `${source} ${place}`))],
  ['controls_checked', () => controlsChecked],
];

function list(items: readonly string[]): string {
  return [...new Set(items)].join('; ');
}

function objective({ drill }: DrillRun, signals: readonly Signal[]): string {
  return list(
    drill.hypothesis.flatMap(comparisonsIn).flatMap(({ signal, text }) => (signals.includes(signal) ? [text] : [])),
  );
}

/** What was not seen to its end is not an achieved time. */
function rtoAchieved(run: DrillRun): string {
  const ms = achievedMs(run);
  return ms === undefined ? notMeasured : seconds(ms);
}

function rpoAchieved(run: DrillRun): string {
  const claimed = run.end.claims.find(
    ({ claim, holds }) => claim.kind === 'comparison' && claim.signal === 'lostRequests' && holds !== 'unknown',
  );
  const share = typeof claimed?.measured === 'number' ? claimed.measured : figuresOf(run).lostShare;
  return share === undefined ? notMeasured : percent(share);
}

function seconds(ms: number): string {
  return String(Number((ms / 1000).toFixed(3)));
}

function actionText({ number, text, severity, owner, due }: DrillRun['findings'][number]): string {
  return `${number}. ${text} (${severity}, ${owner ?? 'no owner'}, ${due === undefined ? 'no due date' : `due ${due}`})`;
}

/** What spreadsheets take for the beginning of a formula, also in full width. */
const formula = /^\s*[=+\-@\t\r＝＋－＠]/;

function cell(text: string): string {
  const clean = sanitize(text, 4000);
  const guarded = formula.test(text) || formula.test(clean) ? `'${clean}` : clean;
  return `"${guarded.replaceAll('"', '""')}"`;
}
