/** What watches and steers an operation that is under way. */
import type { CommandEntry } from './entry.ts';

export const inFlight: readonly CommandEntry[] = [
  {
    name: 'op list',
    summary: 'List what is under way',
    load: async () => (await import('../commands/op-list.ts')).opList,
  },
  {
    name: 'op show',
    summary: 'Show one operation with its steps',
    load: async () => (await import('../commands/op-show.ts')).opShow,
  },
  {
    name: 'op watch',
    summary: 'Show the steps of an operation as they happen, until its end',
    load: async () => (await import('../commands/op-wait.ts')).opWatch,
  },
  {
    name: 'op wait',
    summary: 'Wait until an operation is over or held; the exit code says how',
    load: async () => (await import('../commands/op-wait.ts')).opWait,
  },
  {
    name: 'op hold',
    summary: 'Stop an operation after its present step; nothing is undone',
    load: async () => (await import('../commands/op-orders.ts')).opHold,
  },
  {
    name: 'op resume',
    summary: 'Go on with an operation that is held, or that nobody leads any more',
    load: async () => (await import('../commands/op-orders.ts')).opResume,
  },
  {
    name: 'op return',
    summary: 'Go back to the weights before, also when the move is over',
    load: async () => (await import('../commands/op-orders.ts')).opReturn,
  },
  {
    name: 'op abort',
    summary: 'Give an operation up and keep the weights that are in force',
    load: async () => (await import('../commands/op-orders.ts')).opAbort,
  },
  {
    name: 'op extend',
    summary: 'Let moved traffic stay longer, from now',
    load: async () => (await import('../commands/op-orders.ts')).opExtend,
  },
  {
    name: 'verify',
    summary: 'Settle by reading everything back how an operation ended',
    load: async () => (await import('../commands/verify.ts')).verify,
  },
];
