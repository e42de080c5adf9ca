import { defineVerb } from '../change/define.ts';
import { flag, requiredText } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const stop = defineVerb({
  verb: 'stop',
  summary: 'Stop a deployment at a site that has no traffic',
  options: {
    site: requiredText('--site <site>', 'where; drain it first', 'site'),
    keep: flag('--keep', 'keep the machines, for a warm start; otherwise they are deleted'),
  },
  examples: ['godwit stop chat --site site-a --reason "end of lease"'],
  wish: ({ site, keep }, deployment) => ({
    from: findSite(deployment, site),
    to: undefined,
    how: keep ? 'stop' : 'delete',
  }),
});
