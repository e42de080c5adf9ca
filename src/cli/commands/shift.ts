import { GodwitError } from '../../errors.ts';
import { defineVerb } from '../change/define.ts';
import { expiryOf } from '../change/options.ts';
import { targetsOf } from '../change/targets.ts';
import { duration, flag, percent, requiredText, risingPercents, text } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const shift = defineVerb({
  verb: 'shift',
  summary: "Move part of a site's traffic elsewhere, until an expiry",
  options: {
    from: requiredText('--from <site>', 'the site to take it from', 'site'),
    to: text('--to <where>', 'a site, a split such as site-b=70,site-c=30, or auto (the default)', 'site'),
    share: percent('--share <percent>', 'how much of what it has; otherwise all'),
    steps: risingPercents('--steps <list>', "shares of the move, such as 10,50,100; otherwise the policy's"),
    expires: duration('--expires <time>', "when it returns, such as 4h; otherwise the policy's"),
    wake: flag('--wake', 'start the target first when it is warm or cold'),
  },
  examples: [
    'godwit shift chat --from site-a --share 50% --reason "drivers"',
    'godwit shift chat --from site-a --to site-b=70,site-c=30 --reason "rack"',
  ],
  wish: ({ from, to, share, steps, expires, wake }, deployment) => ({
    from: findSite(deployment, from),
    ...otherThan(from, targetsOf(to, deployment)),
    forMs: expiryOf(expires, deployment),
    ...(share === undefined ? {} : { sharePct: share }),
    ...(steps === undefined ? {} : { stepsPct: steps }),
    ...(wake ? { mayWake: true } : {}),
  }),
});

/** From a site to itself nothing moves; whoever typed it meant another one. */
function otherThan(from: string, targets: ReturnType<typeof targetsOf>): ReturnType<typeof targetsOf> {
  if (targets.to === from)
    throw new GodwitError('UsageInvalid', `--from and --to are both ${from}: nothing would move`, {
      hint: 'name another site with --to, or leave it out for the best one',
    });
  return targets;
}
