import type { Difference } from '../../model/drill-check.ts';
import { drillCheckText } from '../../report/text/drill-check.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { notesSince } from '../drill-notes.ts';
import { hasEnd, noEndOf, refuseUnderWay } from '../drill-runs.ts';
import { findRecord } from '../find-record.ts';
import { text } from '../inputs.ts';

export const drillReportVerify = defineCommand({
  name: 'drill report verify',
  summary: 'Check every byte of a drill’s record, and compute its figures again',
  arguments: {
    run: text('run', 'a run, a drill (its newest run), `last` (the default), or a copied drill.json', ['run', 'drill']),
  },
  options: {},
  examples: ['godwit drill report verify', 'godwit drill report verify ~/evidence/drill.json -o json'],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { run: typed }, globals }, app, out) {
    const { id, sight, config } = await findRecord(app, globals, typed);
    refuseUnderWay({ id, sight }, app.clock.nowMs());
    const kind = 'DrillRecordCheck';
    if (sight.kind === 'broken') {
      const { seq, why, entries } = sight;
      return {
        exit: 'failed',
        json: { kind, run: id, intact: false, entries: entries.length, seq, why },
        text: `BROKEN at entry ${seq} of the record of ${sanitize(id, 80)}: ${why}`,
        note: `${entries.length} entries before it are as they were written.`,
      };
    }
    const { entries } = sight;
    const notes = config === undefined ? undefined : await notesSince(app, config, entries);
    const check = await app.checkRecord(id, entries, notes);
    const isOver = hasEnd(entries);
    // Without an end it may have been cut off anywhere: that is no whole record.
    const isIntact = isOver && check.differences.length === 0 && check.head.kind !== 'other';
    return {
      exit: isIntact ? 'done' : 'failed',
      json: {
        ...{ kind, run: id, intact: isIntact, entries: check.entries, values: check.values, head: check.head },
        ...{ differences: check.differences.map(differenceJson), tornBytes: sight.tornBytes ?? 0 },
      },
      text: drillCheckText(id, check, out.dataStyle),
      ...noteOf(id, sight.tornBytes, isOver),
    };
  },
});

function noteOf(run: string, tornBytes: number | undefined, isOver: boolean): { readonly note?: string } {
  const torn =
    tornBytes === 0
      ? 'What closes it behind its end is missing: its writer was cut off.'
      : `${tornBytes} bytes behind the last entry were never whole: its writer was cut off.`;
  const said = [...(tornBytes === undefined ? [] : [torn]), ...(isOver ? [] : [`It is not over: ${noEndOf(run)}`])];
  return said.length === 0 ? {} : { note: said.join('\n') };
}

function differenceJson({ where, recorded, computed }: Difference) {
  return { where, recorded: recorded ?? null, computed: computed ?? null };
}
