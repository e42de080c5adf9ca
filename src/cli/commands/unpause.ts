import type { Config } from '../../model/config.ts';
import { type PauseRow, pauseRowJson } from '../../report/json/pause.ts';
import { pauseText } from '../../report/text/pause.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { forEachDeployment } from '../each-deployment.ts';
import { flag, text } from '../inputs.ts';
import { chooseDeployments, openConfig } from '../open-config.ts';
import { isStoreDown } from '../pin-instead.ts';
import { presentPause } from './pause.ts';

export const unpause = defineCommand({
  name: 'unpause',
  summary: 'Turn automation on again before the pause ends',
  arguments: { deployment: text('deployment', 'as named in the configuration') },
  options: { reason: text('--reason <text>', 'why, for the record'), all: flag('--all', 'every deployment') },
  examples: ['godwit unpause chat', 'godwit unpause --all'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { reason = 'asked for', all } = input.options;
    const chosen = chooseDeployments(config, input.arguments.deployment, all);
    const rows = await forEachDeployment(chosen, ({ name }) => unpauseOne(app, config, name, reason));
    return {
      exit: rows.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'done',
      json: { kind: 'Unpause', items: rows.map(pauseRowJson) },
      text: pauseText(rows, app.clock.nowMs(), out.dataStyle),
    };
  },
});

async function unpauseOne(app: App, config: Config, deployment: string, reason: string): Promise<PauseRow> {
  const released = await app.releasePins(config, { deployment, reason });
  const isReleased = released.kind === 'done' && released.value.length > 0;
  const present = await presentPause(app, config, deployment).catch((thrown: unknown) => {
    // What the gateway kept is what there was to take back.
    if (isReleased && isStoreDown(thrown)) return undefined;
    throw thrown;
  });
  if (present === undefined && isReleased)
    return { deployment, outcome: 'unpaused', untilMs: undefined, before: undefined };
  if (present === undefined) return { deployment, outcome: 'not-paused', untilMs: undefined, before: undefined };
  await app.say(config, { kind: 'clear', deployment, key: 'pause', reason });
  return { deployment, outcome: 'unpaused', untilMs: undefined, before: present.untilMs };
}
