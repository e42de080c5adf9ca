/** What the command line may ask of the records of drills. */
import type { App } from '../cli/app.ts';
import type { Clock } from '../ports/clock.ts';

/** Opens nothing before it is called. */
export function drillRecordCalls(
  clock: Clock,
): Pick<App, 'drillRecords' | 'readDrillRecord' | 'recount' | 'checkRecord' | 'addFinding'> {
  return {
    drillRecords: async (config) => (await import('../store/drill-records.ts')).openDrillRecords(config.stateDir),
    readDrillRecord: async (path) => (await import('../store/drill-records.ts')).readDrillRecord(path),
    recount: async (entries) => (await import('../core/drill/recount.ts')).recount(entries),
    async checkRecord(run, entries, notes) {
      const [{ recount }, { conclude }, { compareEnds }, { compareWithNoted }] = await Promise.all([
        import('../core/drill/recount.ts'),
        import('../core/drill/conclude.ts'),
        import('../core/drill/check-record.ts'),
        import('../core/drill/noted-head.ts'),
      ]);
      const hasEnd = entries.some(({ body }) => body.kind === 'end');
      // Of one that was never told nothing can be compared.
      const compared = hasEnd ? compareEnds(recount(entries).end, conclude(entries)) : { values: 0, differences: [] };
      const head = notes === undefined ? ({ kind: 'not-asked' } as const) : compareWithNoted(run, entries, notes);
      return { entries: entries.length, ...compared, head };
    },
    async addFinding(config, run, words) {
      const [{ openDrillRecords }, { addFinding }, { createActor }] = await Promise.all([
        import('../store/drill-records.ts'),
        import('../engine/drill/add-finding.ts'),
        import('../system/actor.ts'),
      ]);
      const records = openDrillRecords(config.stateDir);
      return addFinding({ records, clock, actor: createActor('person') }, run, words);
    },
  };
}
