import { readBlocks } from '../../engine/blocks.ts';
import { heldBackJson } from '../../report/json/block.ts';
import { blocksText } from '../../report/text/blocks.ts';
import { defineCommand } from '../command.ts';
import { text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

export const blocksList = defineCommand({
  name: 'blocks list',
  summary: 'List what holds back starts: what was refused or failed where, and until when',
  arguments: { deployment: text('deployment', 'as named in the configuration; otherwise all') },
  options: {},
  examples: ['godwit blocks list', 'godwit blocks list chat -o json'],
  formats: ['table', 'json', 'yaml', 'name'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { deployment } = input.arguments;
    const chosen = deployment === undefined ? config.deployments : [findDeployment(config, deployment)];
    const nowMs = app.clock.nowMs();
    const store = await app.openStore(config);
    try {
      const found = (await Promise.all(chosen.map((each) => readBlocks({ store, config, nowMs }, each)))).flat();
      // One that two deployments share is one.
      const groups = Map.groupBy(found, ({ site, reason, block }) => JSON.stringify([site, reason, block]));
      const blocks = [...groups.values()].flatMap(([first, ...more]) =>
        first === undefined
          ? []
          : { ...first, holdsAt: [...new Set([first, ...more].flatMap((each) => each.holdsAt))].toSorted() },
      );
      return {
        exit: 'done',
        json: { kind: 'Blocks', items: blocks.map(heldBackJson) },
        text: blocks.length === 0 ? 'Nothing holds back a start.' : blocksText(blocks, nowMs, out.dataStyle),
        names: blocks.map((block) => `${block.deployment}/${block.site}`),
        ...(blocks.length === 0
          ? {}
          : { note: 'Try again now:  godwit blocks clear DEPLOYMENT --site SITE --reason TEXT' }),
      };
    } finally {
      await store.close();
    }
  },
});
