import { defineVerb } from '../change/define.ts';
import { marketCountsOf } from '../change/markets.ts';
import { requiredCount, requiredText, text } from '../inputs.ts';
import { findSite } from '../open-config.ts';

/** As many as one site is ever given. */
const mostReplicas = 1000;

export const scale = defineVerb({
  verb: 'scale',
  summary: 'Give a site another number of replicas, in place of the configured one',
  options: {
    site: requiredText('--site <site>', 'where', 'site'),
    replicas: requiredCount('--replicas <n>', 'how many; 0 for none, once it has no traffic', mostReplicas),
    markets: text(
      '--markets <list>',
      'how many of them in each market (on-demand=1,spot=2); what is ready there stays',
    ),
  },
  examples: [
    'godwit scale chat --site site-b --replicas 4',
    'godwit scale chat --site site-b --replicas 1 --reason "quiet hours" --yes',
    'godwit scale chat --site site-b --replicas 3 --markets on-demand=1,spot=2',
  ],
  wish: ({ site, replicas, markets: typed }, deployment) => {
    const markets = marketCountsOf(typed, replicas);
    const from = findSite(deployment, site);
    return { from, to: undefined, replicas, ...(markets === undefined ? {} : { markets }) };
  },
});
