import type { Config } from '../../model/config.ts';
import type { Reply } from '../../model/outcome.ts';
import { type PauseRow, pauseRowJson } from '../../report/json/pause.ts';
import { pauseText } from '../../report/text/pause.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { forEachDeployment } from '../each-deployment.ts';
import { flag, reasonText, text } from '../inputs.ts';
import { chooseDeployments, openConfig } from '../open-config.ts';
import { isStoreDown } from '../pin-instead.ts';
import { presentPause } from './pause.ts';

export const unpause = defineCommand({
  name: 'unpause',
  summary: 'Turn automation on again before the pause ends',
  arguments: { deployment: text('deployment', 'as named in the configuration') },
  options: { reason: reasonText('--reason <text>', 'why, for the record'), all: flag('--all', 'every deployment') },
  examples: ['godwit unpause chat', 'godwit unpause --all'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { reason = 'asked for', all } = input.options;
    const chosen = chooseDeployments(config, input.arguments.deployment, all);
    const rows = await forEachDeployment(chosen, ({ name }) => unpauseOne(app, config, name, reason));
    const isAny = (...bad: readonly PauseRow['outcome'][]) => rows.some(({ outcome }) => bad.includes(outcome));
    const exit = isAny('unknown') ? 'unknown' : isAny('failed', 'still-pinned', 'still-paused') ? 'failed' : 'done';
    return {
      exit,
      json: { kind: 'Unpause', items: rows.map(pauseRowJson) },
      text: pauseText(rows, app.clock.nowMs(), out.dataStyle),
    };
  },
});

type Released = Reply<readonly number[]>;

async function unpauseOne(app: App, config: Config, deployment: string, reason: string): Promise<PauseRow> {
  const released = await app.releasePins(config, { deployment, reason });
  const isReleased = released.kind === 'done' && released.value.length > 0;
  const present = await presentPause(app, config, deployment).catch((thrown: unknown) => {
    // What the gateway kept is what there was to take back.
    if ((isReleased || released.kind === 'unknown') && isStoreDown(thrown)) return undefined;
    throw thrown;
  });
  if (present !== undefined) {
    const failure = await app
      .say(config, { kind: 'clear', deployment, key: 'pause', reason })
      .catch((thrown: unknown) => {
        // What the gateway let go of, or may have, is not undone by that.
        if ((isReleased || released.kind === 'unknown') && isStoreDown(thrown)) return thrown.message;
        throw thrown;
      });
    if (failure !== undefined)
      return {
        ...{ deployment, untilMs: present.untilMs, before: undefined },
        ...(isReleased
          ? { outcome: 'still-paused', why: failure }
          : {
              outcome: 'unknown',
              why: `automation stays off (${failure}); the gateway may have let go of what it kept`,
            }),
      };
  }
  const before = present?.untilMs;
  const isOn = isReleased || present !== undefined;
  return { deployment, ...outcomeOf(released, isOn, deployment), untilMs: undefined, before };
}

/** Automation that is on again moves nothing while the gateway keeps a pin: it has the last word on the outcome. */
function outcomeOf(released: Released, isOn: boolean, deployment: string): Pick<PauseRow, 'outcome' | 'why' | 'note'> {
  const outcome = isOn ? 'unpaused' : 'not-paused';
  if (released.kind === 'done') return { outcome };
  const { code, message } = released.error;
  const again = `godwit unpause ${deployment}`;
  if (released.kind === 'unknown')
    return { outcome: 'unknown', why: `whether the gateway let go of what it keeps: ${message}. Ask again: ${again}` };
  if (code === absentCode)
    return { outcome, note: `${message}: pins that it may keep stay until it is asked again: ${again}` };
  const why = `the gateway did not let go of what it keeps: ${message}`;
  return { outcome: isOn ? 'still-pinned' : 'failed', why };
}

/** No gateway answers: whatever it keeps, nobody can let go of it now. */
const absentCode = 'GatewayAbsent';
