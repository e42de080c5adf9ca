import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
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
    const { items, rows, broken } = await evidenceSince(app, config, app.clock.nowMs() - since);
    const json = { kind: 'DrillEvidence', items, broken };
    const note = broken.length === 0 ? {} : { note: `Left out, for their records were changed: ${broken.join(', ')}` };
    const written = (): string => (format === 'json' ? `${prettyJson(versioned(json))}\n` : rows.join(''));
    if (path === undefined) {
      const shown = out.format === 'json' ? {} : { text: written().trimEnd() };
      return { exit: 'done', json, ...shown, ...note };
    }
    await writeOut(path, written());
    const count = `${items.length} ${items.length === 1 ? 'run' : 'runs'}`;
    return { exit: 'done', json: { ...json, out: path }, text: `${count} in ${sanitize(path, 200)}`, ...note };
  },
});

/** A record that was changed proves nothing: what is left out of evidence is said, also where nobody can tell of when it is. */
async function evidenceSince(app: App, config: Config, sinceMs: number) {
  const [records, { evidenceHead, evidenceRow }] = await Promise.all([
    app.drillRecords(config),
    import('../../report/csv.ts'),
  ]);
  const items: ReturnType<typeof drillEvidenceJson>[] = [];
  const rows = [evidenceHead()];
  const broken: string[] = [];
  for (const id of (await records.list()).slice(0, mostRuns)) {
    const sight = await records.read(id);
    if (sight === undefined || (sight.entries[0]?.atMs ?? sinceMs) < sinceMs) continue;
    if (sight.kind === 'broken') broken.push(sanitize(id, 60));
    if (sight.kind === 'broken' || !hasEnd(sight.entries)) continue;
    // Of one after the other: with their samples all of them would be more than there is room for.
    const run = await app.recount(sight.entries);
    items.push(drillEvidenceJson(run));
    rows.push(evidenceRow(run));
  }
  return { items, rows, broken };
}
