import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { DrillRun } from '../../model/drill-run.ts';
import { prettyJson, versioned } from '../../report/json/document.ts';
import { drillEvidenceJson } from '../../report/json/drill-evidence.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { hasEnd } from '../drill-runs.ts';
import { choice, flag, longDuration, text } from '../inputs.ts';
import { openConfig } from '../open-config.ts';
import { writeOut } from '../write-out.ts';

/** A yearly test, and the weeks by which it may be late. */
const usualMs = 400 * 86_400_000;
/** Runs in one file: some of every working day of ten years. */
const mostRuns = 10_000;

export const drillExport = defineCommand({
  name: 'drill export',
  summary: 'Write what auditors ask for: every run with its objectives and findings',
  arguments: {},
  options: {
    evidence: flag('--evidence', 'a row for each run that has ended'),
    since: longDuration('--since <time>', 'how far back; otherwise 400d'),
    format: choice('--format <format>', 'csv or json', ['csv', 'json'], 'csv'),
    out: text('--out <file>', 'write it there instead', 'file'),
  },
  examples: [
    'godwit drill export --evidence > evidence.csv',
    'godwit drill export --evidence --since 730d --format json --out evidence.json',
  ],
  formats: ['table', 'json'],
  async run({ options: { evidence, since = usualMs, format, out: path }, globals }, app, out) {
    if (!evidence)
      throw new GodwitError('UsageInvalid', 'what is to be exported?', { hint: 'godwit drill export --evidence' });
    const config = await openConfig(app, globals);
    const { runs, broken } = await evidenceSince(app, config, app.clock.nowMs() - since);
    const json = { kind: 'DrillEvidence', items: runs.map(drillEvidenceJson), broken };
    const note = broken.length === 0 ? {} : { note: `Left out, for their records were changed: ${broken.join(', ')}` };
    const written = async (): Promise<string> =>
      format === 'json' ? `${prettyJson(versioned(json))}\n` : (await import('../../report/csv.ts')).evidenceCsv(runs);
    if (path === undefined) {
      const shown = out.format === 'json' ? {} : { text: (await written()).trimEnd() };
      return { exit: 'done', json, ...shown, ...note };
    }
    await writeOut(path, await written());
    const count = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
    return { exit: 'done', json: { ...json, out: path }, text: `${count} in ${sanitize(path, 200)}`, ...note };
  },
});

/** A record that was changed proves nothing: what is left out of evidence is said, also where nobody can tell of when it is. */
async function evidenceSince(app: App, config: Config, sinceMs: number) {
  const records = await app.drillRecords(config);
  const runs: DrillRun[] = [];
  const broken: string[] = [];
  for (const id of (await records.list()).slice(0, mostRuns)) {
    const sight = await records.read(id);
    if (sight === undefined || (sight.entries[0]?.atMs ?? sinceMs) < sinceMs) continue;
    if (sight.kind === 'broken') broken.push(sanitize(id, 60));
    else if (hasEnd(sight.entries)) runs.push(await app.recount(sight.entries));
  }
  return { runs, broken };
}
