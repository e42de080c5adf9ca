/** What people tell automation: go on, wait, forget, and whose a replica is. */
import type { CommandEntry } from './entry.ts';

export const automation: readonly CommandEntry[] = [
  {
    name: 'ack',
    summary: 'Say that a failover was looked at: automation may fail over again',
    load: async () => (await import('../commands/ack.ts')).ack,
  },
  {
    name: 'pause',
    summary: 'Turn automation off for a time; what a person asks for is still done',
    load: async () => (await import('../commands/pause.ts')).pause,
  },
  {
    name: 'unpause',
    summary: 'Turn automation on again before the pause ends',
    load: async () => (await import('../commands/unpause.ts')).unpause,
  },
  {
    name: 'blocks list',
    summary: 'List what holds back starts: what was refused or failed where, and until when',
    load: async () => (await import('../commands/blocks-list.ts')).blocksList,
  },
  {
    name: 'blocks clear',
    summary: 'Forget what was refused at a site: starts are asked for there again',
    load: async () => (await import('../commands/blocks-clear.ts')).blocksClear,
  },
  {
    name: 'orphans list',
    summary: 'List replicas with our tag that nothing on record accounts for',
    load: async () => (await import('../commands/orphans-list.ts')).orphansList,
  },
  {
    name: 'orphans adopt',
    summary: 'Record that a replica is ours, though no operation started it',
    load: async () => (await import('../commands/orphans-adopt.ts')).orphansAdopt,
  },
  {
    name: 'orphans delete',
    summary: 'Delete a replica that nothing on record accounts for, for good',
    load: async () => (await import('../commands/orphans-delete.ts')).orphansDelete,
  },
];
