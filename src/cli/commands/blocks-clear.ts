import { blocksAt, readBlocks } from '../../engine/blocks.ts';
import { blockJson } from '../../report/json/block.ts';
import { clearedLines } from '../../report/text/blocks.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { requiredText, words } from '../inputs.ts';
import { findDeployment, findSite, openConfig } from '../open-config.ts';

export const blocksClear = defineCommand({
  name: 'blocks clear',
  summary: 'Forget what was refused at a site: starts are asked for there again',
  arguments: { deployment: requiredText('deployment', 'as named in the configuration') },
  options: {
    site: requiredText('--site <site>', 'where starts are held back'),
    reason: words('--reason <text>', 'why it will work now, for the record'),
  },
  examples: ['godwit blocks clear chat --site site-b --reason "quota raised"'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const deployment = findDeployment(config, input.arguments.deployment);
    const site = findSite(deployment, input.options.site);
    const { reason } = input.options;
    const store = await app.openStore(config);
    const { name } = deployment;
    const source = { store, config, nowMs: app.clock.nowMs() };
    const looked = Promise.all([readBlocks(source, deployment), blocksAt(source, name, site)]);
    const [held, clears] = await looked.finally(() => store.close());
    const isBlocked = clears.length > 0 || held.some(({ holdsAt }) => holdsAt.includes(site));
    if (isBlocked)
      await app.say(config, {
        ...{ kind: 'set', deployment: name },
        standing: { kind: 'unblock', site, reason, untilMs: undefined },
        clears,
      });
    const about = `${sanitize(name, 40)} at ${sanitize(site, 40)}`;
    return {
      exit: 'done',
      json: {
        ...{ kind: 'BlockCleared', deployment: name, site, outcome: isBlocked ? 'cleared' : 'nothing-to-do' },
        blocks: clears.map(blockJson),
      },
      text: isBlocked
        ? [`Cleared: ${about} may be started again.`, ...clearedLines(clears, out.dataStyle)].join('\n')
        : `Nothing to do: no start of ${about} is held back.`,
    };
  },
});
