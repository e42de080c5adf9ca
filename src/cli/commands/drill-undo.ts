import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import { drillRunJson } from '../../report/json/drill.ts';
import { drillRunText } from '../../report/text/drill.ts';
import { clockTime } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { exitOfVerdict } from '../drill-exit.ts';
import { isWritten, newestRuns, runWithoutEnd } from '../drill-runs.ts';
import { flag, hidden, requiredText } from '../inputs.ts';
import { openConfig } from '../open-config.ts';
import { readFaultSight } from '../read-fault-sight.ts';

/** A runner that lives arms its faults anew every second, in milliseconds. */
const aliveMs = 5000;

export const drillUndo = defineCommand({
  name: 'drill undo',
  summary: 'Undo what a drill left whose own process is gone, and close its record',
  arguments: { run: requiredText('run', 'a run, such as dr-2k8m4p, or a drill (its newest run)', ['run', 'drill']) },
  options: {
    // Of `drill run` itself: waits until standard input ends, which is when its process is gone.
    whenGone: hidden(flag('--when-gone', 'once the process that runs it is gone')),
  },
  examples: ['godwit drill undo dr-2k8m4p', 'godwit drill undo site-loss'],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { run: typed }, options: { whenGone }, globals }, app, out) {
    const config = await openConfig(app, globals);
    const run = whenGone ? typed : await meantRun(config, typed, app);
    if (!whenGone) await refuseWhileItRuns(config, run, app);
    const say = (line: string): void => out.note(`${clockTime(app.clock.nowMs())} ${run} ${line}`);
    const ended = await app.undoDrill(config, run, { whenGone, say });
    if (ended.kind === 'again')
      return {
        exit: ended.undo === 'unknown' ? 'unknown' : 'done',
        json: { kind: 'DrillUndo', run, outcome: ended.undo === 'unknown' ? 'unknown' : 'undone' },
        text:
          ended.undo === 'unknown'
            ? `${run} has come to its end, and it is still not seen that it is undone.`
            : `${run} had come to its end without that being seen: it is undone now, read back.`,
      };
    if (ended.kind === 'over')
      return {
        exit: 'done',
        json: { kind: 'DrillUndo', run, outcome: 'nothing-to-do' },
        ...(whenGone ? {} : { text: `Nothing to do: ${run} has come to its end.` }),
      };
    return {
      exit: ended.run.end.undo === 'unknown' ? 'unknown' : exitOfVerdict[ended.run.end.verdict],
      json: { kind: 'DrillRun', ...drillRunJson(ended.run) },
      text: drillRunText(ended.run, out.dataStyle),
    };
  },
});

/** A run as it is typed, or the newest run of a drill. Throws `NotFound`. */
async function meantRun(config: Config, typed: string, app: App): Promise<string> {
  if (config.drills?.some(({ name }) => name === typed) !== true && typed.startsWith('dr-')) return typed;
  for await (const { id, summary } of newestRuns(await app.drillRecords(config)))
    if (summary.drill.name === typed && summary.verdict !== 'not-started') return id;
  throw new GodwitError('NotFound', `there is no run "${typed}", nor one of a drill of that name`, {
    hint: 'godwit drill list',
  });
}

/** Two that undo the same would write one record, and neither would know what the other did. */
async function refuseWhileItRuns(config: Config, run: string, app: App): Promise<void> {
  const open = await runWithoutEnd(await app.drillRecords(config), run);
  if (open !== undefined && isWritten(open.summary, app.clock.nowMs())) throw goesOn(run);
  const traffic = await app.connectTraffic(config);
  for (const { name } of config.deployments) {
    const seen = await readFaultSight(traffic, name, app.clock);
    const faults = seen.kind === 'seen' ? seen.value.inForce.filter((each) => each.run === run) : [];
    if (faults.some(({ armedAtMs }) => app.clock.nowMs() - armedAtMs < aliveMs)) throw goesOn(run);
  }
}

function goesOn(run: string): GodwitError {
  return new GodwitError('LeaseHeld', `${run} is under way: its own process, or the one that watches it, is at it`, {
    hint: `it undoes all of it itself; to end it now: godwit drill abort ${run}; killed just now: again in 10s`,
  });
}
