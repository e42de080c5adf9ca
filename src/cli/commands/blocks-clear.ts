import { readBlocks } from '../../engine/blocks.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { requiredText, words } from '../inputs.ts';
import { findDeployment, findSite, openConfig } from '../open-config.ts';

export const blocksClear = defineCommand({
  name: 'blocks clear',
  summary: 'Forget what failed at a site: automation may start there again at once',
  arguments: { deployment: requiredText('deployment', 'as named in the configuration') },
  options: {
    site: requiredText('--site <site>', 'where starts failed'),
    reason: words('--reason <text>', 'why it will work now, for the record'),
  },
  examples: ['godwit blocks clear chat --site site-b --reason "quota raised"'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app) {
    const config = await openConfig(app, input.globals);
    const deployment = findDeployment(config, input.arguments.deployment);
    const site = findSite(deployment, input.options.site);
    const { reason } = input.options;
    const store = await app.openStore(config);
    const blocks = await readBlocks(store, deployment, app.clock.nowMs()).finally(() => store.close());
    const isBlocked = blocks.some((block) => block.site === site);
    const { name } = deployment;
    if (isBlocked)
      await app.say(config, {
        ...{ kind: 'set', deployment: name },
        standing: { kind: 'unblock', site, reason, untilMs: undefined },
      });
    const about = `${sanitize(name, 40)} at ${sanitize(site, 40)}`;
    return {
      exit: 'done',
      json: { kind: 'BlockCleared', deployment: name, site, outcome: isBlocked ? 'cleared' : 'nothing-to-do' },
      text: isBlocked ? `Cleared: ${about} may be started again.` : `Nothing to do: no start of ${about} is held back.`,
    };
  },
});
