import { defineVerb } from '../change/define.ts';
import { requiredCount, requiredText } from '../inputs.ts';
import { findSite } from '../open-config.ts';

/** As many as one site is ever given. */
const mostReplicas = 1000;

export const scale = defineVerb({
  verb: 'scale',
  summary: 'Give a site another number of replicas, in place of the configured one',
  options: {
    site: requiredText('--site <site>', 'where', 'site'),
    replicas: requiredCount('--replicas <n>', 'how many; 0 for none, once it has no traffic', mostReplicas),
  },
  examples: [
    'godwit scale chat --site site-b --replicas 4',
    'godwit scale chat --site site-b --replicas 1 --reason "quiet hours" --yes',
  ],
  wish: ({ site, replicas }, deployment) => ({ from: findSite(deployment, site), to: undefined, replicas }),
});
