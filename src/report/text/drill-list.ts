/** Drills of the configuration, each in a row: what it breaks, what came of it last, and when it is due. */
import type { Drill } from '../../model/drill.ts';
import type { Verdict } from '../../model/drill-run.ts';
import { age, span } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import { type Style, type Tone, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { day, iso } from './time.ts';

/** The last run of a drill; `under-way`: it has no end, `broken`: its record was changed. */
export interface LastRun {
  readonly id: string;
  readonly beganAtMs: number;
  readonly verdict: Verdict | 'under-way' | 'broken';
}

/** One row of `drill list`. */
export interface DrillRow {
  readonly drill: Drill;
  /** The run that breaks something now; `unseen`: the gateway was not seen. */
  readonly running: string | undefined | 'unseen';
  readonly last: LastRun | undefined;
  /** Undefined: it has no schedule. `sinceMs`: it should have run then, and did not. */
  readonly due: { readonly sinceMs: number | undefined; readonly nextMs: number | undefined } | undefined;
}

const toneOf: Readonly<Record<LastRun['verdict'], Tone>> = {
  ...{ passed: 'good', failed: 'bad', aborted: 'warn', interrupted: 'warn', 'not-started': 'warn' },
  ...{ inconclusive: 'unknown', 'under-way': 'busy', broken: 'bad' },
};

const listColumns: readonly Column[] = [
  { title: 'DRILL', align: 'left', maxWidth: 24 },
  { title: 'DEPLOYMENT', align: 'left', maxWidth: 20 },
  { title: 'NOW', align: 'left', maxWidth: 12 },
  { title: 'LAST', align: 'left', maxWidth: 24 },
  { title: 'DUE', align: 'left', maxWidth: 17 },
  { title: 'BREAKS', align: 'left', maxWidth: 60 },
];

/** A row for each drill of the configuration. */
export function drillListText(rows: readonly DrillRow[], style: Style): string {
  if (rows.length === 0) return 'No drill is configured: `godwit drill init` writes some.';
  const dead = rows.filter(isDead).flatMap(({ last }) => (last === undefined ? [] : [last.id]));
  const listed = rowsText(
    listColumns,
    rows.map((row) => ({ tone: isDead(row) ? 'warn' : toneOfLast(row.last), cells: listCells(row) })),
    style,
  );
  const undo = dead.map((run) => `${run} has no end, and nothing keeps it up:  godwit drill undo ${run}`);
  return [listed, ...undo].join('\n');
}

/** It has no end, and the gateway knows nothing of it: whoever ran it is gone. */
function isDead({ running, last }: Pick<DrillRow, 'running' | 'last'>): boolean {
  return last?.verdict === 'under-way' && running === undefined;
}

function listCells({ drill, running, last, due }: DrillRow): readonly string[] {
  return [
    sanitize(drill.name, 60),
    sanitize(drill.deployment, 60),
    running === 'unseen' ? '?' : (running ?? '-'),
    lastCell({ running, last }),
    due === undefined ? '-' : due.sinceMs === undefined ? minute(due.nextMs) : 'now',
    breaksText(drill),
  ];
}

function lastCell({ running, last }: Pick<DrillRow, 'running' | 'last'>): string {
  if (last === undefined) return '-';
  if (running !== undefined && running === last.id) return 'under way';
  return `${isDead({ running, last }) ? 'no end' : last.verdict} ${day(last.beganAtMs)}`;
}

function breaksText({ faults, exit }: Drill): string {
  if (exit !== undefined) return `leaves ${sanitize(exit.vendor, 40)} for ${span(exit.stayMs)}`;
  return faults.map(({ kind, site, forMs }) => `${kind} at ${sanitize(site, 40)} for ${span(forMs)}`).join('; ');
}

const dueColumns: readonly Column[] = [
  { title: 'DRILL', align: 'left', maxWidth: 24 },
  { title: 'DUE', align: 'left', maxWidth: 36 },
  { title: 'NEXT', align: 'left', maxWidth: 17 },
  { title: 'LAST', align: 'left', maxWidth: 30 },
  { title: 'RUN', align: 'left', maxWidth: 24 },
];

/** A row for each drill that has a schedule; those that are due come first. */
export function drillDueText(rows: readonly DrillRow[], nowMs: number, style: Style): string {
  if (rows.length === 0)
    return 'No drill has a schedule, such as  schedule: { cron: "30 2 * * 1", timezone: Europe/Oslo }';
  return rowsText(
    dueColumns,
    rows.map(({ drill, last, due }) => ({
      tone: due?.sinceMs === undefined ? ('idle' as const) : ('warn' as const),
      cells: [
        sanitize(drill.name, 60),
        due?.sinceMs === undefined ? 'no' : `since ${minute(due.sinceMs)}, ${age(nowMs - due.sinceMs)}`,
        minute(due?.nextMs),
        last === undefined ? 'never' : `${last.verdict} ${age(nowMs - last.beganAtMs)} ago`,
        last?.id ?? '-',
      ],
    })),
    style,
  );
}

const historyColumns: readonly Column[] = [
  { title: 'WHEN', align: 'left', maxWidth: 17 },
  { title: 'RUN', align: 'left', maxWidth: 20 },
  { title: 'DEPLOYMENT', align: 'left', maxWidth: 20 },
  { title: 'DRILL', align: 'left', maxWidth: 24 },
  { title: 'VERDICT', align: 'left', maxWidth: 12 },
];

/** A row for each run. */
export function drillHistoryText(runs: readonly (LastRun & { readonly drill: Drill })[], style: Style): string {
  return rowsText(
    historyColumns,
    runs.map((run) => ({
      tone: toneOf[run.verdict],
      cells: [
        minute(run.beganAtMs).slice(5),
        sanitize(run.id, 60),
        sanitize(run.drill.deployment, 60),
        sanitize(run.drill.name, 60),
        run.verdict,
      ],
    })),
    style,
  );
}

function toneOfLast(last: LastRun | undefined): Tone {
  return last === undefined ? 'idle' : toneOf[last.verdict];
}

/** Only what is not as it should be is coloured. */
function rowsText(
  columns: readonly Column[],
  rows: readonly { readonly tone: Tone; readonly cells: readonly string[] }[],
  style: Style,
): string {
  const [head = '', ...lines] = table(
    columns,
    rows.map(({ cells }) => cells),
    style,
  );
  const tinted = lines.map((line, index) => {
    const tone = rows[index]?.tone ?? 'idle';
    return tone === 'good' || tone === 'idle' ? line : tint(tone, line, style);
  });
  return [head, ...tinted].join('\n');
}

function minute(atMs: number | undefined): string {
  return atMs === undefined ? '-' : `${iso(atMs).slice(0, 16).replace('T', ' ')}Z`;
}
