/** Every command there is, with the little that help needs; a command's own module is loaded when it is typed. */
import type { Commands } from './change/define.ts';
import type { Command } from './command.ts';

/** Headings of the help page, in its order. */
export const sections = ['Daily', 'Move traffic', 'In flight', 'Automation', 'Drills', 'Record', 'Set up'] as const;

export interface CommandEntry {
  /** As typed, such as `config show`. */
  readonly name: string;
  readonly summary: string;
  /** A group stands where its first command does; without one, under the last heading. */
  readonly section?: (typeof sections)[number];
  load(): Promise<Command>;
}

/** Commands that only hold others. */
export const groups: Readonly<Record<string, string>> = {
  plan: 'Show what a change would do, and change nothing',
  op: 'Watch and steer what is under way',
  drill: 'Rehearse a failure: break something on purpose, within limits',
  'drill finding': 'What people found out about a run',
  config: 'Check, show or describe the configuration',
  cron: 'Run what is to run by itself from a scheduler of yours',
  blocks: 'What holds back starts after some have failed',
  orphans: 'Replicas with our tag that nothing on record accounts for',
  journal: 'Check the record of what was decided and done',
  policy: 'What a cloud must allow, and no more',
};

/** Each verb is a command, and one below `plan` that only shows what it would do. */
const verbCommands: readonly { readonly verb: string; readonly summary: string; load(): Promise<Commands> }[] = [
  {
    verb: 'failover',
    summary: 'Move a deployment away from a site that is bad',
    load: async () => (await import('./commands/failover.ts')).failover,
  },
  {
    verb: 'switchover',
    summary: 'Move a deployment to another site while both are healthy',
    load: async () => (await import('./commands/switchover.ts')).switchover,
  },
  {
    verb: 'shift',
    summary: "Move part of a site's traffic elsewhere, until an expiry",
    load: async () => (await import('./commands/shift.ts')).shift,
  },
  {
    verb: 'failback',
    summary: 'Give the traffic back to where the configuration wants it',
    load: async () => (await import('./commands/failback.ts')).failback,
  },
  {
    verb: 'drain',
    summary: 'Take the traffic off a site and let what runs there finish',
    load: async () => (await import('./commands/drain.ts')).drain,
  },
  {
    verb: 'start',
    summary: 'Start what a site lacks, or replicas wherever there is capacity',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    verb: 'stop',
    summary: 'Stop a deployment at a site that has no traffic',
    load: async () => (await import('./commands/stop.ts')).stop,
  },
  {
    verb: 'migrate',
    summary: 'Move a deployment to another site, then stop it where it was',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    verb: 'scale',
    summary: 'Give a site another number of replicas, in place of the configured one',
    load: async () => (await import('./commands/scale.ts')).scale,
  },
];

const verbEntries: readonly CommandEntry[] = [
  ...verbCommands.map(({ verb, summary, load }) => ({
    ...{ name: verb, summary, section: 'Move traffic' as const },
    load: async () => (await load()).change,
  })),
  ...verbCommands.map(({ verb, summary, load }) => ({
    name: `plan ${verb}`,
    section: 'Move traffic' as const,
    summary: `Preview: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`,
    load: async () => (await load()).plan,
  })),
];

/** In the order of the help page within each section. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'status',
    summary: 'Show what is served, from where, and what is safe to do',
    section: 'Daily',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'run',
    summary: 'Watch the deployments and fail over when a site fails (the controller)',
    section: 'Daily',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'gateway',
    summary: 'Carry the requests: the data plane, in the foreground',
    section: 'Daily',
    load: async () => (await import('./commands/gateway.ts')).gateway,
  },
  ...verbEntries,
  {
    name: 'apply',
    summary: 'Carry out a plan from a file, if the world is as it was then',
    section: 'Move traffic',
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'evacuate',
    summary: 'Take the traffic of every deployment off one site, for a time',
    section: 'Move traffic',
    load: async () => (await import('./commands/evacuate.ts')).evacuate.change,
  },
  {
    name: 'plan evacuate',
    summary: 'Preview: take the traffic of every deployment off one site, for a time',
    section: 'Move traffic',
    load: async () => (await import('./commands/evacuate.ts')).evacuate.plan,
  },
  {
    name: 'rebalance',
    summary: 'Put capacity and traffic where they cost least within the rules',
    section: 'Move traffic',
    load: async () => (await import('./commands/rebalance.ts')).rebalance,
  },
  {
    name: 'plan rebalance',
    summary: 'Preview: capacity and traffic where they cost least within the rules',
    section: 'Move traffic',
    load: async () => (await import('./commands/plan-rebalance.ts')).planRebalance,
  },
  {
    name: 'return',
    summary: 'Give a site back the traffic that was taken off it for a time',
    section: 'Move traffic',
    load: async () => (await import('./commands/return.ts')).returnSite,
  },
  {
    name: 'op list',
    summary: 'List what is under way',
    section: 'In flight',
    load: async () => (await import('./commands/op-list.ts')).opList,
  },
  {
    name: 'op show',
    summary: 'Show one operation with its steps',
    section: 'In flight',
    load: async () => (await import('./commands/op-show.ts')).opShow,
  },
  {
    name: 'op watch',
    summary: 'Show the steps of an operation as they happen, until its end',
    section: 'In flight',
    load: async () => (await import('./commands/op-wait.ts')).opWatch,
  },
  {
    name: 'op wait',
    summary: 'Wait until an operation is over or held; the exit code says how',
    section: 'In flight',
    load: async () => (await import('./commands/op-wait.ts')).opWait,
  },
  {
    name: 'op hold',
    summary: 'Stop an operation after its present step; nothing is undone',
    section: 'In flight',
    load: async () => (await import('./commands/op-orders.ts')).opHold,
  },
  {
    name: 'op resume',
    summary: 'Go on with an operation that is held, or that nobody leads any more',
    section: 'In flight',
    load: async () => (await import('./commands/op-orders.ts')).opResume,
  },
  {
    name: 'op return',
    summary: 'Go back to the weights before, also when the move is over',
    section: 'In flight',
    load: async () => (await import('./commands/op-orders.ts')).opReturn,
  },
  {
    name: 'op abort',
    summary: 'Give an operation up and keep the weights that are in force',
    section: 'In flight',
    load: async () => (await import('./commands/op-orders.ts')).opAbort,
  },
  {
    name: 'op extend',
    summary: 'Let moved traffic stay longer, from now',
    section: 'In flight',
    load: async () => (await import('./commands/op-orders.ts')).opExtend,
  },
  {
    name: 'verify',
    summary: 'Settle by reading everything back how an operation ended',
    section: 'In flight',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'explain',
    summary: 'Say why something was done, or why not, or what a code means',
    section: 'Record',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'explain error',
    summary: "Say what a cloud's error means: what it blocks, and what to do",
    section: 'Record',
    load: async () => (await import('./commands/explain-error.ts')).explainError,
  },
  {
    name: 'history',
    summary: 'List what was done, newest first',
    section: 'Record',
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'timeline',
    summary: 'Show what happened around an operation, with the notes people wrote',
    section: 'Record',
    load: async () => (await import('./commands/timeline.ts')).timeline,
  },
  {
    name: 'handover',
    summary: 'Say what the next person on call must know, with gaps where only you know',
    section: 'Record',
    load: async () => (await import('./commands/handover.ts')).handover,
  },
  {
    name: 'note',
    summary: 'Write something down in the record, for the timeline of an incident',
    section: 'Record',
    load: async () => (await import('./commands/note.ts')).note,
  },
  {
    name: 'ack',
    summary: 'Say that a failover was looked at: automation may fail over again',
    section: 'Automation',
    load: async () => (await import('./commands/ack.ts')).ack,
  },
  {
    name: 'pause',
    summary: 'Turn automation off for a time; what a person asks for is still done',
    section: 'Automation',
    load: async () => (await import('./commands/pause.ts')).pause,
  },
  {
    name: 'unpause',
    summary: 'Turn automation on again before the pause ends',
    section: 'Automation',
    load: async () => (await import('./commands/unpause.ts')).unpause,
  },
  {
    name: 'blocks list',
    summary: 'List what holds back starts: what was refused or failed where, and until when',
    section: 'Automation',
    load: async () => (await import('./commands/blocks-list.ts')).blocksList,
  },
  {
    name: 'blocks clear',
    summary: 'Forget what was refused at a site: starts are asked for there again',
    section: 'Automation',
    load: async () => (await import('./commands/blocks-clear.ts')).blocksClear,
  },
  {
    name: 'orphans list',
    summary: 'List replicas with our tag that nothing on record accounts for',
    section: 'Automation',
    load: async () => (await import('./commands/orphans-list.ts')).orphansList,
  },
  {
    name: 'orphans adopt',
    summary: 'Record that a replica is ours, though no operation started it',
    section: 'Automation',
    load: async () => (await import('./commands/orphans-adopt.ts')).orphansAdopt,
  },
  {
    name: 'orphans delete',
    summary: 'Delete a replica that nothing on record accounts for, for good',
    section: 'Automation',
    load: async () => (await import('./commands/orphans-delete.ts')).orphansDelete,
  },
  {
    name: 'drill init',
    summary: 'Write drills for your configuration, with limits from its own numbers',
    section: 'Drills',
    load: async () => (await import('./commands/drill-init.ts')).drillInit,
  },
  {
    name: 'drill validate',
    summary: 'Say how each drill is understood; nothing is contacted',
    section: 'Drills',
    load: async () => (await import('./commands/drill-validate.ts')).drillValidate,
  },
  {
    name: 'drill list',
    summary: 'List the drills of the configuration, and what came of them last',
    section: 'Drills',
    load: async () => (await import('./commands/drill-list.ts')).drillList,
  },
  {
    name: 'drill due',
    summary: 'Show which drills their schedule wants run, and when they ran last',
    section: 'Drills',
    load: async () => (await import('./commands/drill-due.ts')).drillDue,
  },
  {
    name: 'drill run',
    summary: 'Break something on purpose, within limits, and see what automation does',
    section: 'Drills',
    load: async () => (await import('./commands/drill-run.ts')).drillRun,
  },
  {
    name: 'drill abort',
    summary: 'End a drill at once: what it broke is undone and read back',
    section: 'Drills',
    load: async () => (await import('./commands/drill-abort.ts')).drillAbort,
  },
  {
    name: 'drill undo',
    summary: 'Undo what a drill left whose own process is gone, and close its record',
    section: 'Drills',
    load: async () => (await import('./commands/drill-undo.ts')).drillUndo,
  },
  {
    name: 'drill report',
    summary: 'Show what a drill came to, and end as the run did: 0, 5, 9 or 10',
    section: 'Drills',
    load: async () => (await import('./commands/drill-report.ts')).drillReport,
  },
  {
    name: 'drill report verify',
    summary: 'Check every byte of a drill’s record, and compute its figures again',
    section: 'Drills',
    load: async () => (await import('./commands/drill-report-verify.ts')).drillReportVerify,
  },
  {
    name: 'drill compare',
    summary: 'Set two runs of a drill beside each other, and say what is not chance',
    section: 'Drills',
    load: async () => (await import('./commands/drill-compare.ts')).drillCompare,
  },
  {
    name: 'drill trend',
    summary: 'Show the last runs of a drill in a row: does it get better or worse',
    section: 'Drills',
    load: async () => (await import('./commands/drill-trend.ts')).drillTrend,
  },
  {
    name: 'drill finding add',
    summary: 'Write what you found out about a run into its record, behind its end',
    section: 'Drills',
    load: async () => (await import('./commands/drill-finding-add.ts')).drillFindingAdd,
  },
  {
    name: 'drill export',
    summary: 'Write what auditors ask for: every run with its objectives and findings',
    section: 'Drills',
    load: async () => (await import('./commands/drill-export.ts')).drillExport,
  },
  {
    name: 'journal verify',
    summary: 'Check that the journal is complete and was not changed',
    section: 'Record',
    load: async () => (await import('./commands/journal-verify.ts')).journalVerify,
  },
  {
    name: 'demo',
    summary: 'Watch a failover of real processes on this machine, in a minute',
    section: 'Set up',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'simulate',
    summary: 'See what your configuration would do when sites and networks fail',
    section: 'Set up',
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  {
    name: 'backtest',
    summary: 'Replay recorded spot capacity, and compare what godwit makes of it',
    section: 'Set up',
    load: async () => (await import('./commands/backtest.ts')).backtest,
  },
  {
    name: 'config validate',
    summary: 'Check the configuration and list every mistake in it',
    section: 'Set up',
    load: async () => (await import('./commands/config-validate.ts')).configValidate,
  },
  {
    name: 'config show',
    summary: 'Print the configuration, or with --resolved every value in force',
    section: 'Set up',
    load: async () => (await import('./commands/config-show.ts')).configShow,
  },
  {
    name: 'config schema',
    summary: 'Print the JSON Schema of the configuration, for editors',
    section: 'Set up',
    load: async () => (await import('./commands/config-schema.ts')).configSchema,
  },
  {
    name: 'doctor',
    summary: 'Check what a bad night will need: state, gateway, rights, quota, parts',
    section: 'Set up',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'cron install',
    summary: 'Print files for systemd, Kubernetes, cron or GitHub; installs nothing',
    section: 'Set up',
    load: async () => (await import('./commands/cron-install.ts')).cronInstall,
  },
  {
    name: 'policy print',
    summary: 'Print the least that a cloud must allow, as its own document',
    section: 'Set up',
    load: async () => (await import('./commands/policy-print.ts')).policyPrint,
  },
  {
    name: 'completion',
    summary: 'Print what makes Tab complete in a shell: bash, zsh or fish',
    section: 'Set up',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
