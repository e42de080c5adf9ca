import { defineVerb } from '../change/define.ts';
import { requiredText } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const start = defineVerb({
  verb: 'start',
  summary: 'Start the replicas that a site lacks, and prove them',
  options: { site: requiredText('--site <site>', 'where', 'site') },
  examples: ['godwit start chat --site site-c', 'godwit start chat --site site-c --yes --no-wait'],
  wish: ({ site }, deployment) => ({ from: findSite(deployment, site), to: undefined }),
});
