import { requiredDuration } from '../inputs.ts';
import { defineOrder } from '../order.ts';

export const opHold = defineOrder({
  kind: 'hold',
  summary: 'Stop an operation after its present step; nothing is undone',
  examples: ['godwit op hold last', 'godwit op hold op-9k2m --reason "errors at site-b"'],
});

export const opResume = defineOrder({
  kind: 'resume',
  summary: 'Go on with an operation that is held, or that nobody leads any more',
  examples: ['godwit op resume last'],
});

export const opReturn = defineOrder({
  kind: 'return',
  summary: 'Go back to the weights before, also when the move is over',
  examples: ['godwit op return last', 'godwit op return op-9k2m --yes --reason "site-a is fine"'],
});

export const opAbort = defineOrder({
  kind: 'abort',
  summary: 'Give an operation up and keep the weights that are in force',
  examples: ['godwit op abort last --reason "the window is over"'],
});

export const opExtend = defineOrder({
  kind: 'extend',
  summary: 'Let moved traffic stay longer, from now',
  options: { expires: requiredDuration('--expires <time>', 'how long from now, such as 2h') },
  examples: ['godwit op extend last --expires 2h'],
});
