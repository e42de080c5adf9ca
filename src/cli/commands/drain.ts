import { defineVerb } from '../change/define.ts';
import { requiredText, text } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const drain = defineVerb({
  verb: 'drain',
  summary: 'Take the traffic off a site and let what runs there finish',
  options: {
    site: requiredText('--site <site>', 'the site to empty; its replicas stay', 'site'),
    to: text('--to <site>', 'where its traffic goes; otherwise to those that have some', 'site'),
  },
  examples: ['godwit drain chat --site site-a', 'godwit drain chat --site site-a --yes --reason "kernel update"'],
  wish: ({ site, to }, deployment) => ({
    from: findSite(deployment, site),
    to: to === undefined ? undefined : findSite(deployment, to),
  }),
});
