import { GodwitError } from '../../errors.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Wish } from '../../model/wish.ts';
import { defineVerb } from '../change/define.ts';
import { duration, flag, text, wholeNumber } from '../inputs.ts';
import { findSite } from '../open-config.ts';

/** As many as one deployment is ever given at once. */
const mostReplicas = 1000;
/** How long capacity is waited for when nobody says, in milliseconds. */
const usualWaitMs = 3_600_000;

interface Typed {
  readonly site: string | undefined;
  readonly anywhere: boolean;
  readonly replicas: number | undefined;
  readonly hedge: boolean;
  readonly waitForCapacity: boolean;
  readonly deadline: number | undefined;
}

export const start = defineVerb({
  verb: 'start',
  summary: 'Start what a site lacks, or replicas wherever there is capacity',
  options: {
    site: text('--site <site>', 'where', 'site'),
    anywhere: flag('--anywhere', 'at whichever allowed site has capacity, the best first'),
    replicas: wholeNumber(
      '--replicas <n>',
      'how many, with --anywhere; otherwise what the sites in use lack',
      mostReplicas,
    ),
    hedge: flag('--hedge', 'with --anywhere, at two sites at once: the first that is proven stays'),
    waitForCapacity: flag('--wait-for-capacity', 'ask again for what nobody has, as often as it makes sense'),
    deadline: duration('--deadline <time>', 'how long it asks again, such as 2h; otherwise 1h'),
  },
  examples: [
    'godwit start chat --site site-c',
    'godwit start chat --site site-c --yes --no-wait',
    'godwit start chat --anywhere --replicas 2',
    'godwit start chat --anywhere --hedge',
    'godwit start chat --anywhere --wait-for-capacity --deadline 2h --yes',
  ],
  wish: (typed, deployment) => ({ to: undefined, ...wishOf(typed, deployment) }),
});

type Where = Pick<Wish, 'from' | 'anywhere' | 'replicas' | 'waitMs' | 'hedge'>;

/** Throws `UsageInvalid` when it does not say where, or says it twice. */
function wishOf({ site, anywhere, replicas, hedge, waitForCapacity, deadline }: Typed, deployment: Deployment): Where {
  if ((site === undefined) === !anywhere)
    throw new GodwitError(
      'UsageInvalid',
      site === undefined ? 'start needs to know where' : 'start at one site or anywhere',
      {
        hint: 'add either --site SITE or --anywhere',
      },
    );
  if (hedge && !anywhere)
    throw new GodwitError('UsageInvalid', '--hedge needs --anywhere', {
      hint: 'a hedge is between two sites: --anywhere --hedge',
    });
  if (replicas !== undefined && !anywhere)
    throw new GodwitError('UsageInvalid', `--replicas ${replicas} needs --anywhere`, {
      hint: 'a site is given what its placement lacks',
    });
  if (deadline !== undefined && !waitForCapacity)
    throw new GodwitError('UsageInvalid', '--deadline needs --wait-for-capacity', {
      hint: '--timeout says how long this command waits for the end of the operation',
    });
  const from = site === undefined ? undefined : findSite(deployment, site);
  return {
    from,
    ...(anywhere || waitForCapacity ? { anywhere: true as const } : {}),
    ...(replicas === undefined ? {} : { replicas }),
    ...(hedge ? { hedge: true as const } : {}),
    ...(waitForCapacity ? { waitMs: deadline ?? usualWaitMs } : {}),
  };
}
