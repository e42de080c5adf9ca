/** Around a run of `drill run`: whether it is due, and what is written beside its record when it has ended. */
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Drill, ReportFormat } from '../model/drill.ts';
import type { DrillRun } from '../model/drill-run.ts';
import type { Style } from '../report/text/style.ts';
import type { App } from './app.ts';
import { type ReportTerms, reportText } from './drill-formats.ts';
import { differingParts, endedRuns, newestRuns } from './drill-runs.ts';
import { dueSlot } from './drill-slots.ts';
import type { Output } from './output.ts';
import { writeOut } from './write-out.ts';

/** `drill.json` is the record itself. */
const fileOf: Readonly<Record<Exclude<ReportFormat, 'json'>, string>> = {
  html: 'report.html',
  md: 'report.md',
  junit: 'junit.xml',
  csv: 'evidence.csv',
};

/** As many earlier runs as a page draws beside its own. */
const mostEarlier = 6;

/** `config`: whose records it lies among; undefined: a copy, which has no earlier runs. */
export function reportTerms(app: App, config: Config | undefined, run: DrillRun, style: Style): ReportTerms {
  return {
    style,
    async history() {
      if (config === undefined) return [];
      return await endedRuns(await app.drillRecords(config), app.recount, {
        isWanted: ({ drill, beganAtMs }) => beganAtMs < run.beganAtMs && differingParts(drill, run.drill).length === 0,
        limit: mostEarlier,
      });
    },
    offsetMin: app.localOffsetMin(run.beganAtMs),
  };
}

/** The paths. One that cannot be written is told, and no more: the record is there. */
export async function writeReports(
  config: Config,
  { id, drill }: DrillRun,
  app: App,
  out: Output,
): Promise<readonly string[]> {
  const records = await app.drillRecords(config);
  const sight = await records.read(id);
  if (sight === undefined) return [];
  const run = await app.recount(sight.entries);
  const paths: string[] = [];
  for (const format of drill.report.formats) {
    if (format === 'json') continue;
    const path = join(records.folderOf(id), fileOf[format]);
    try {
      await writeOut(path, await reportText(format, run, reportTerms(app, config, run, out.dataStyle)));
      paths.push(path);
    } catch (thrown) {
      out.warn(messageOf(thrown));
    }
  }
  return paths;
}

/** The slot of its schedule that is to be filled now; undefined: it is not due. */
export async function slotOf(config: Config, drill: Drill, app: App): Promise<number | undefined> {
  const runs = [];
  for await (const { summary } of newestRuns(await app.drillRecords(config)))
    if (summary.drill.name === drill.name) runs.push(summary);
  return await dueSlot(drill, runs, app.clock.nowMs());
}
