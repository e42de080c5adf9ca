import { defineVerb } from '../change/define.ts';
import { text } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const failover = defineVerb({
  verb: 'failover',
  summary: 'Move a deployment away from a site that is bad',
  options: {
    awayFrom: text('--away-from <site>', 'the site to leave; otherwise the worst one that has traffic', 'site'),
    to: text('--to <site>', 'where to; otherwise the best site that is ready', 'site'),
  },
  examples: [
    'godwit failover chat                          away from the worst site',
    'godwit failover chat --away-from site-a --yes --reason "rack lost power"',
  ],
  wish: ({ awayFrom, to }, deployment) => ({
    from: awayFrom === undefined ? undefined : findSite(deployment, awayFrom),
    to: to === undefined ? undefined : findSite(deployment, to),
  }),
});
