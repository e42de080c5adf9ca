/** Names of what a cloud remembers for us on what it made: the same on every cloud that lets them be written so. */
export const sharedTags = {
  deployment: 'godwit:deployment',
  site: 'godwit:site',
  slot: 'godwit:slot',
  /** The idempotency key of the start that made this boot. */
  startKey: 'godwit:start-key',
  /** The highest lease epoch that changed it. */
  epoch: 'godwit:epoch',
} as const;
