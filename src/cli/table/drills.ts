/** Rehearsals: written, run, undone and reported. */
import type { CommandEntry } from './entry.ts';

export const drills: readonly CommandEntry[] = [
  {
    name: 'drill init',
    summary: 'Write drills for your configuration, with limits from its own numbers',
    load: async () => (await import('../commands/drill-init.ts')).drillInit,
  },
  {
    name: 'drill validate',
    summary: 'Say how each drill is understood; nothing is contacted',
    load: async () => (await import('../commands/drill-validate.ts')).drillValidate,
  },
  {
    name: 'drill list',
    summary: 'List the drills of the configuration, and what came of them last',
    load: async () => (await import('../commands/drill-list.ts')).drillList,
  },
  {
    name: 'drill due',
    summary: 'Show which drills their schedule wants run, and when they ran last',
    load: async () => (await import('../commands/drill-due.ts')).drillDue,
  },
  {
    name: 'drill run',
    summary: 'Break something on purpose, within limits, and see what automation does',
    load: async () => (await import('../commands/drill-run.ts')).drillRun,
  },
  {
    name: 'drill abort',
    summary: 'End a drill at once: what it broke is undone and read back',
    load: async () => (await import('../commands/drill-abort.ts')).drillAbort,
  },
  {
    name: 'drill undo',
    summary: 'Undo what a drill left whose own process is gone, and close its record',
    load: async () => (await import('../commands/drill-undo.ts')).drillUndo,
  },
  {
    name: 'drill report',
    summary: 'Show what a drill came to, and end as the run did: 0, 5, 9 or 10',
    load: async () => (await import('../commands/drill-report.ts')).drillReport,
  },
  {
    name: 'drill report verify',
    summary: 'Check every byte of a drill’s record, and compute its figures again',
    load: async () => (await import('../commands/drill-report-verify.ts')).drillReportVerify,
  },
  {
    name: 'drill compare',
    summary: 'Set two runs of a drill beside each other, and say what is not chance',
    load: async () => (await import('../commands/drill-compare.ts')).drillCompare,
  },
  {
    name: 'drill trend',
    summary: 'Show the last runs of a drill in a row: does it get better or worse',
    load: async () => (await import('../commands/drill-trend.ts')).drillTrend,
  },
  {
    name: 'drill finding add',
    summary: 'Write what you found out about a run into its record, behind its end',
    load: async () => (await import('../commands/drill-finding-add.ts')).drillFindingAdd,
  },
  {
    name: 'drill export',
    summary: 'Write what auditors ask for: every run with its objectives and findings',
    load: async () => (await import('../commands/drill-export.ts')).drillExport,
  },
];
