import type { DrillRun } from '../../model/drill-run.ts';
import { drillJson, drillRunJson } from '../../report/json/drill.ts';
import { drillPlanText, drillRunText } from '../../report/text/drill.ts';
import { reasonLines } from '../../report/text/reason.ts';
import { clockTime } from '../../report/text/time.ts';
import { requireReason } from '../change/options.ts';
import { commandLine } from '../change/typed-line.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitOfVerdict } from '../drill-exit.ts';
import type { Exit } from '../exit-codes.ts';
import { flag, reasonText, requiredText, text } from '../inputs.ts';
import { findDrill, openConfig } from '../open-config.ts';

export const drillRun = defineCommand({
  name: 'drill run',
  summary: 'Break something on purpose, within limits, and see what automation does',
  arguments: { drill: requiredText('drill', 'as named under `drills` in the configuration', 'drill') },
  options: {
    reason: reasonText('--reason <text>', 'why, for the record'),
    yes: flag('--yes', 'do not ask'),
    confirm: text('--confirm <name>', 'the deployment’s name, where it must be typed'),
    dryRun: flag('--dry-run', 'show what would be broken, and break nothing'),
  },
  examples: [
    'godwit drill run site-loss --reason "before the launch"',
    'godwit drill run site-loss --dry-run',
    'godwit drill run site-loss --yes -o json > drill.json    with every sample',
  ],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { drill: name }, options, globals, typed }, app, out) {
    const config = await openConfig(app, globals);
    const drill = findDrill(config, name);
    if (config.isProtected === true && !options.dryRun) requireReason('godwit drill run', options.reason);
    const check = await app.checkDrill(config, drill, app.interrupted);
    const what = drillPlanText(drill, check, out.noteStyle);
    if (check.against.length > 0) {
      const lines = reasonLines(check.against, app.clock.nowMs(), out.noteStyle);
      return {
        exit: 'refused',
        json: { kind: 'DrillPlan', drill: drillJson(drill), against: check.against, changed: false },
        ...(options.dryRun ? { text: what } : {}),
        note: [`${drill.name} cannot begin:`, ...lines, 'Nothing was changed.'].join('\n'),
      };
    }
    if (options.dryRun)
      return {
        exit: 'done',
        json: { kind: 'DrillPlan', drill: drillJson(drill), against: [], changed: false },
        text: `${what}\nNothing was changed.`,
      };
    const danger = config.isProtected === true ? protectedDanger : moderate;
    const add = config.isProtected === true ? ['--confirm', drill.deployment] : ['--yes'];
    const command = commandLine({ typed, configPath: config.path, add });
    const question = { what, danger, name: drill.deployment, command };
    const declined = await confirm(question, { yes: options.yes, confirm: options.confirm, globals }, app, out);
    if (declined !== undefined) return declined;
    const say = (line: string): void => out.note(`${clockTime(app.clock.nowMs())} ${drill.name} ${line}`);
    const run = await app.runDrill(config, drill, { reason: options.reason, say }, app.interrupted);
    return {
      exit: exitAfter(run, app.interrupted.aborted),
      json: { kind: 'DrillRun', ...drillRunJson(run) },
      text: drillRunText(run, out.dataStyle),
    };
  },
});

/** What may still be broken comes before any verdict. */
function exitAfter({ end: { undo, verdict } }: DrillRun, isInterrupted: boolean): Exit {
  if (undo === 'unknown') return 'unknown';
  return isInterrupted && verdict !== 'passed' ? 'interrupted' : exitOfVerdict[verdict];
}

const moderate = { level: 'moderate', why: [] } as const;
const protectedDanger = { level: 'severe', why: ['this environment is protected'] } as const;
