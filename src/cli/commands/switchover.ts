import { GodwitError } from '../../errors.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Wish } from '../../model/wish.ts';
import { defineVerb } from '../change/define.ts';
import { weightsOf } from '../change/targets.ts';
import { flag, risingPercents, text } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const switchover = defineVerb({
  verb: 'switchover',
  summary: 'Move a deployment to another site while both are healthy',
  options: {
    to: text('--to <site>', 'where to', 'site'),
    weights: text('--weights <list>', 'instead of --to: the weights to end with, such as site-a=60,site-b=40'),
    keep: flag('--keep', "with --weights: they stand in place of the configuration's from then on"),
    steps: risingPercents('--steps <list>', "shares of the move, such as 10,50,100; otherwise the policy's"),
    wake: flag('--wake', 'start the target first when it is warm or cold'),
  },
  examples: [
    'godwit switchover chat --to site-b',
    'godwit switchover chat --to site-b --yes --timeout 10m -o json',
    'godwit switchover chat --weights site-a=60,site-b=40',
  ],
  wish: ({ to, weights, keep, steps, wake }, deployment) => ({
    from: undefined,
    ...whereTo({ to, weights, keep }, deployment),
    ...(steps === undefined ? {} : { stepsPct: steps }),
    ...(wake ? { mayWake: true } : {}),
  }),
});

interface Typed {
  readonly to: string | undefined;
  readonly weights: string | undefined;
  readonly keep: boolean;
}

/** Throws `UsageInvalid` when it does not say where to, or says it twice. */
function whereTo({ to, weights, keep }: Typed, deployment: Deployment): Pick<Wish, 'to' | 'weights' | 'keeps'> {
  if ((to === undefined) === (weights === undefined))
    throw new GodwitError(
      'UsageInvalid',
      to === undefined ? 'switchover needs to know where to' : '--to and --weights both say where to',
      { hint: 'add either --to SITE or --weights site-a=60,site-b=40' },
    );
  if (weights !== undefined)
    return { to: undefined, weights: weightsOf(weights, deployment), ...(keep ? { keeps: true } : {}) };
  if (keep)
    throw new GodwitError('UsageInvalid', '--keep needs --weights', {
      hint: 'what is to stand in place of the configured weights is said in full: --weights site-a=60,site-b=40 --keep',
    });
  return { to: to === undefined ? undefined : findSite(deployment, to) };
}
