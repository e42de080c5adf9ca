import { defineVerb } from '../change/define.ts';
import { flag, requiredText, risingPercents, text } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const migrate = defineVerb({
  verb: 'migrate',
  summary: 'Move a deployment to another site, then stop it where it was',
  options: {
    to: requiredText('--to <site>', 'where to', 'site'),
    from: text('--from <site>', 'the site to leave; otherwise the one with most traffic', 'site'),
    steps: risingPercents('--steps <list>', "shares of the move, such as 10,50,100; otherwise the policy's"),
    wake: flag('--wake', 'start the target first when it is warm or cold'),
    keep: flag('--keep', 'keep the machines that are left; otherwise they are deleted'),
  },
  examples: ['godwit migrate chat --to site-b --reason "site-a closes"'],
  wish: ({ to, from, steps, wake, keep }, deployment) => ({
    from: from === undefined ? undefined : findSite(deployment, from),
    to: findSite(deployment, to),
    how: keep ? 'stop' : 'delete',
    ...(steps === undefined ? {} : { stepsPct: steps }),
    ...(wake ? { mayWake: true } : {}),
  }),
});
