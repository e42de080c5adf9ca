import type { DrillCheck } from '../../engine/drill/check.ts';
import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { Drill } from '../../model/drill.ts';
import type { DrillRun } from '../../model/drill-run.ts';
import { drillJson, drillRunJson } from '../../report/json/drill.ts';
import { drillPlanText, drillRunText } from '../../report/text/drill.ts';
import { reasonLines } from '../../report/text/reason.ts';
import { clockTime } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { requireReason } from '../change/options.ts';
import { commandLine } from '../change/typed-line.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitOfVerdict } from '../drill-exit.ts';
import { type Exit, exitOfSignal } from '../exit-codes.ts';
import { flag, reasonText, requiredText, text } from '../inputs.ts';
import { findDrill, openConfig } from '../open-config.ts';
import type { Output } from '../output.ts';

export const drillRun = defineCommand({
  name: 'drill run',
  summary: 'Break something on purpose, within limits, and see what automation does',
  arguments: { drill: requiredText('drill', 'as named under `drills` in the configuration', 'drill') },
  options: {
    reason: reasonText('--reason <text>', 'why, for the record'),
    yes: flag('--yes', 'do not ask'),
    confirm: text('--confirm <name>', 'the deployment’s name, where it must be typed'),
    dryRun: flag('--dry-run', 'show what would be broken, and break nothing'),
    scheduled: flag('--scheduled', 'only when its schedule wants it, once for each time: for cron'),
  },
  examples: [
    'godwit drill run site-loss --reason "before the launch"',
    'godwit drill run site-loss --dry-run',
    'godwit drill run site-loss --yes --scheduled    from cron',
  ],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { drill: name }, options, globals, typed }, app, out) {
    const config = await openConfig(app, globals);
    const drill = findDrill(config, name);
    const { slotMs, isDue } = await dueNow(config, drill, { app, isScheduled: options.scheduled });
    if (!isDue) return nothingDue(drill);
    if (isReal(drill)) {
      if (config.isProtected === true && !options.dryRun) requireReason('godwit drill run', options.reason);
      const check = await app.checkDrill(config, drill, app.interrupted);
      const what = drillPlanText(drill, check, out.noteStyle);
      if (check.against.length > 0)
        return refused(drill, check, { app, out, shown: options.dryRun ? what : undefined });
      if (options.dryRun) return shown(drill, what);
      const danger = config.isProtected === true ? protectedDanger : moderate;
      const add = config.isProtected === true ? ['--confirm', drill.deployment] : ['--yes'];
      const command = commandLine({ typed, configPath: config.path, add });
      const question = { what, danger, name: drill.deployment, command };
      const declined = await confirm(question, { yes: options.yes, confirm: options.confirm, globals }, app, out);
      if (declined !== undefined) return declined;
    } else if (options.dryRun) return shown(drill, `${drill.name}: a ${drill.kind}, which touches nothing`);
    const say = (line: string): void => out.note(`${clockTime(app.clock.nowMs())} ${drill.name} ${line}`);
    const terms = { reason: options.reason, say, ...(slotMs === undefined ? {} : { slotMs }) };
    const run = await app.runDrill(config, drill, terms, app.interrupted);
    const { writeReports } = await import('../drill-reports.ts');
    const written = await writeReports(config, run, app, out);
    return {
      exit: exitAfter(run, app.interrupted),
      json: { kind: 'DrillRun', ...drillRunJson(run), reports: written },
      text: [drillRunText(run, out.dataStyle), ...written.map((path) => `  ${path}`)].join('\n'),
    };
  },
});

/** The others happen in the simulator, or around a table. */
function isReal({ kind }: Drill): boolean {
  return kind !== 'tabletop' && kind !== 'simulation';
}

interface Due {
  /** The slot of its schedule that it fills, epoch milliseconds. */
  readonly slotMs: number | undefined;
  readonly isDue: boolean;
}

async function dueNow(
  config: Config,
  drill: Drill,
  { app, isScheduled }: { readonly app: App; readonly isScheduled: boolean },
): Promise<Due> {
  if (!isScheduled) return { slotMs: undefined, isDue: true };
  if (drill.schedule === undefined)
    throw new GodwitError('UsageInvalid', `${drill.name} has no schedule`, {
      hint: `give it one in ${config.path}: drills.${drill.name}.schedule, or leave out --scheduled`,
    });
  const { slotOf } = await import('../drill-reports.ts');
  const slotMs = await slotOf(config, drill, app);
  return { slotMs, isDue: slotMs !== undefined };
}

function nothingDue(drill: Drill): Outcome {
  return {
    exit: 'done',
    json: { kind: 'DrillPlan', drill: drillJson(drill), against: [], changed: false, due: false },
    text: `Nothing to do: ${drill.name} is not due.`,
  };
}

function shown(drill: Drill, what: string): Outcome {
  return {
    exit: 'done',
    json: { kind: 'DrillPlan', drill: drillJson(drill), against: [], changed: false },
    text: `${what}\nNothing was changed.`,
  };
}

function refused(
  drill: Drill,
  { against }: DrillCheck,
  { app, out, shown: what }: { readonly app: App; readonly out: Output; readonly shown: string | undefined },
): Outcome {
  const lines = reasonLines(against, app.clock.nowMs(), out.noteStyle);
  return {
    exit: 'refused',
    json: { kind: 'DrillPlan', drill: drillJson(drill), against, changed: false },
    ...(what === undefined ? {} : { text: what }),
    note: [`${drill.name} cannot begin:`, ...lines, 'Nothing was changed.'].join('\n'),
  };
}

/** What may still be broken comes before any verdict. */
function exitAfter({ end: { undo, verdict } }: DrillRun, interrupted: AbortSignal): Exit {
  if (undo === 'unknown') return 'unknown';
  return interrupted.aborted && verdict !== 'passed' ? exitOfSignal(interrupted) : exitOfVerdict[verdict];
}

const moderate = { level: 'moderate', why: [] } as const;
const protectedDanger = { level: 'severe', why: ['this environment is protected'] } as const;
