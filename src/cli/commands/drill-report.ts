import { GodwitError } from '../../errors.ts';
import { drillRunJson } from '../../report/json/drill.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { exitOfVerdict } from '../drill-exit.ts';
import { type PrintedFormat, printedFormats, reportText } from '../drill-formats.ts';
import { reportTerms } from '../drill-reports.ts';
import { hasEnd, noEndOf, refuseUnderWay, wholeEntries } from '../drill-runs.ts';
import { findRecord } from '../find-record.ts';
import { optionalChoice, text } from '../inputs.ts';
import { writeOut } from '../write-out.ts';

export const drillReport = defineCommand({
  name: 'drill report',
  summary: 'Show what a drill came to, and end as the run did: 0, 5, 9 or 10',
  arguments: {
    run: text('run', 'a run, a drill (its newest run), `last` (the default), or a copied drill.json', ['run', 'drill']),
  },
  options: {
    format: optionalChoice('--format <format>', `as ${printedFormats.join(', ')}; ends with 0`, printedFormats),
    out: text('--out <file>', 'write it there instead; ends with 0', 'file'),
  },
  examples: [
    'godwit drill report',
    'godwit drill report site-loss --format html --out report.html',
    'godwit drill report dr-2k8m4p --format junit --out junit.xml',
    'godwit drill report ~/evidence/drill.json --format md',
  ],
  formats: ['table', 'json', 'yaml', 'md'],
  async run({ arguments: { run: typed }, options, globals }, app, out) {
    if (options.format !== undefined && out.format !== 'table')
      throw new GodwitError('UsageInvalid', `--format ${options.format} and -o ${out.format} are two formats`, {
        hint: 'leave out one: --format is a report as a file, -o how this command prints what it has to say',
      });
    const found = await findRecord(app, globals, typed);
    const entries = wholeEntries(found);
    refuseUnderWay(found, app.clock.nowMs());
    const run = await app.recount(entries);
    const id = sanitize(run.id, 60);
    const note = hasEnd(entries) ? {} : { note: `${id} is not over: ${noEndOf(id)}` };
    const terms = reportTerms(app, found.config, run, out.dataStyle);
    const json = { kind: 'DrillReport', ...drillRunJson(run) };
    const format = options.format ?? 'text';
    const { out: path } = options;
    if (path !== undefined) {
      await writeOut(path, await reportText(format, run, terms));
      return {
        exit: 'done',
        json: { ...json, out: path, format },
        text: `${id} as ${format} in ${sanitize(path, 200)}`,
        ...note,
      };
    }
    // Whoever asks for a format wants the file, and has the verdict in it.
    const exit = options.format === undefined ? exitOfVerdict[run.end.verdict] : 'done';
    const printed = (as: PrintedFormat): Promise<string> => reportText(as, run, terms).then((text) => text.trimEnd());
    const shown = out.format === 'md' ? { md: await printed('md') } : { text: await printed(format) };
    return { exit, json, ...shown, ...note };
  },
});
