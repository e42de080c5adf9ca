import { defineVerb } from '../change/define.ts';
import { flag, requiredText, risingPercents } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const switchover = defineVerb({
  verb: 'switchover',
  summary: 'Move a deployment to another site while both are healthy',
  options: {
    to: requiredText('--to <site>', 'where to', 'site'),
    steps: risingPercents('--steps <list>', "shares of the move, such as 10,50,100; otherwise the policy's"),
    wake: flag('--wake', 'start the target first when it is warm or cold'),
  },
  examples: ['godwit switchover chat --to site-b', 'godwit switchover chat --to site-b --yes --timeout 10m -o json'],
  wish: ({ to, steps, wake }, deployment) => ({
    from: undefined,
    to: findSite(deployment, to),
    ...(steps === undefined ? {} : { stepsPct: steps }),
    ...(wake ? { mayWake: true } : {}),
  }),
});
