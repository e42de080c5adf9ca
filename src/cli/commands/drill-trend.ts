import type { DrillRun } from '../../model/drill-run.ts';
import { figuresOf } from '../../report/drill-figures.ts';
import { drillTrendText } from '../../report/text/drill-trend.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { iso } from '../../report/text/time.ts';
import { defineCommand } from '../command.ts';
import { differingParts, endedRuns } from '../drill-runs.ts';
import { requiredText, wholeNumber } from '../inputs.ts';
import { findDrill, openConfig } from '../open-config.ts';

const usualRuns = 12;
const mostRuns = 100;

export const drillTrend = defineCommand({
  name: 'drill trend',
  summary: 'Show the last runs of a drill in a row: does it get better or worse',
  arguments: { drill: requiredText('drill', 'as named in the configuration, now or then', 'drill') },
  options: { last: wholeNumber('--last <number>', `how many runs; otherwise ${usualRuns}`, mostRuns) },
  examples: ['godwit drill trend site-loss', 'godwit drill trend site-loss --last 50 -o json'],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { drill: name }, options: { last = usualRuns }, globals }, app, out) {
    const config = await openConfig(app, globals);
    const newest = await endedRuns(await app.drillRecords(config), app.recount, {
      isWanted: ({ drill }) => drill.name === name,
      limit: last,
    });
    const runs = newest.toReversed();
    // One that is gone from the configuration has its runs still; without any, it is a slip of the pen.
    if (runs.length === 0) findDrill(config, name);
    const differs = new Map(newest.map((run) => [run, differingParts(run.drill, (newest[0] ?? run).drill)]));
    const others = runs.filter((run) => (differs.get(run) ?? []).length > 0);
    return {
      exit: 'done',
      json: {
        ...{ kind: 'DrillTrend', drill: name },
        items: runs.map((run) => ({ ...trendJson(run), differs: differs.get(run) ?? [] })),
      },
      text: runs.length === 0 ? `No run of ${sanitize(name, 60)} has ended yet.` : drillTrendText(runs, out.dataStyle),
      ...(others.length === 0 ? {} : { note: othersText(others, differs) }),
    };
  },
});

/** Their figures are another drill's. */
function othersText(others: readonly DrillRun[], differs: ReadonlyMap<DrillRun, readonly string[]>): string {
  const lines = others.map((run) => `  ${sanitize(run.id, 60)}: ${(differs.get(run) ?? []).join(', ')}`);
  return ['Configured otherwise than in the newest run, and not to be compared with it:', ...lines].join('\n');
}

/** Times in milliseconds, shares 0–1; null: not measured. */
function trendJson(run: DrillRun) {
  const { recoveryMs, lost, lostShare, firstTokenP95Ms, phases } = figuresOf(run);
  return {
    ...{ run: run.id, beganAt: iso(run.beganAtMs), verdict: run.end.verdict },
    ...{ recoveryMs: recoveryMs ?? null, lost: lost ?? null, lostRatio: lostShare ?? null },
    ...{ firstTokenP95Ms: firstTokenP95Ms ?? null, phasesMs: Object.fromEntries(phases) },
  };
}
