/** What reads what was done and why, and what people add to it. */
import type { CommandEntry } from './entry.ts';

export const record: readonly CommandEntry[] = [
  {
    name: 'explain',
    summary: 'Say why something was done, or why not, or what a code means',
    load: async () => (await import('../commands/explain.ts')).explain,
  },
  {
    name: 'explain error',
    summary: "Say what a cloud's error means: what it blocks, and what to do",
    load: async () => (await import('../commands/explain-error.ts')).explainError,
  },
  {
    name: 'history',
    summary: 'List what was done, newest first',
    load: async () => (await import('../commands/history.ts')).history,
  },
  {
    name: 'timeline',
    summary: 'Show what happened around an operation, with the notes people wrote',
    load: async () => (await import('../commands/timeline.ts')).timeline,
  },
  {
    name: 'handover',
    summary: 'Say what the next person on call must know, with gaps where only you know',
    load: async () => (await import('../commands/handover.ts')).handover,
  },
  {
    name: 'note',
    summary: 'Write something down in the record, for the timeline of an incident',
    load: async () => (await import('../commands/note.ts')).note,
  },
];

/** Under the same heading, behind the drills: it reads what all others wrote. */
export const journal: readonly CommandEntry[] = [
  {
    name: 'journal verify',
    summary: 'Check that the journal is complete and was not changed',
    load: async () => (await import('../commands/journal-verify.ts')).journalVerify,
  },
];
