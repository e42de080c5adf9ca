import { defineVerb } from '../change/define.ts';
import { flag } from '../inputs.ts';

export const failback = defineVerb({
  verb: 'failback',
  summary: 'Give the traffic back to where the configuration wants it',
  options: { wake: flag('--wake', 'start what is warm or cold first') },
  examples: ['godwit failback chat', 'godwit failback chat --yes --reason "rack has power again"'],
  wish: ({ wake }) => ({ from: undefined, to: undefined, ...(wake ? { mayWake: true } : {}) }),
});
