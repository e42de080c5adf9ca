/** Every command there is, with the little that help needs; a command's own module is loaded when it is typed. */
import { automation } from './table/automation.ts';
import { daily } from './table/daily.ts';
import { drills } from './table/drills.ts';
import type { CommandEntry } from './table/entry.ts';
import { inFlight } from './table/in-flight.ts';
import { moveTraffic } from './table/move-traffic.ts';
import { journal, record } from './table/record.ts';
import { setUp } from './table/set-up.ts';

/** Headings of the help page, in its order. */
export const sections = ['Daily', 'Move traffic', 'In flight', 'Automation', 'Drills', 'Record', 'Set up'] as const;

/** A group stands where its first command does. */
export interface TableEntry extends CommandEntry {
  readonly section: (typeof sections)[number];
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

/** In the order of the help page within each section, and of completion throughout. */
export const commandTable: readonly TableEntry[] = [
  ...under('Daily', daily),
  ...under('Move traffic', moveTraffic),
  ...under('In flight', inFlight),
  ...under('Record', record),
  ...under('Automation', automation),
  ...under('Drills', drills),
  ...under('Record', journal),
  ...under('Set up', setUp),
];

function under(section: TableEntry['section'], entries: readonly CommandEntry[]): TableEntry[] {
  return entries.map((entry) => ({ ...entry, section }));
}
