import type { Config } from '../../model/config.ts';
import { mostReasonLetters } from '../../model/pin.ts';
import { isInForce, type Standing } from '../../model/standing.ts';
import { type PauseRow, pauseRowJson } from '../../report/json/pause.ts';
import { pauseText } from '../../report/text/pause.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { forEachDeployment } from '../each-deployment.ts';
import { flag, requiredDuration, text, words } from '../inputs.ts';
import { chooseDeployments, openConfig } from '../open-config.ts';
import { isStoreDown, pinInstead } from '../pin-instead.ts';

/** Two ends as near as this are the same: nobody means the difference. Milliseconds. */
const sameEndMs = 1000;

export const pause = defineCommand({
  name: 'pause',
  summary: 'Turn automation off for a time; what a person asks for is still done',
  arguments: { deployment: text('deployment', 'as named in the configuration') },
  options: {
    for: requiredDuration('--for <time>', 'how long, such as 30m or 4h; at most 7d. Then automation is on again'),
    reason: words('--reason <text>', 'why, for whoever wonders at night', mostReasonLetters),
    all: flag('--all', 'every deployment'),
  },
  examples: [
    'godwit pause chat --for 1h --reason "kernel upgrade"',
    'godwit pause --all --for 30m --reason "network maintenance"',
    'godwit unpause chat                 before its end',
  ],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { for: forMs, reason, all } = input.options;
    const chosen = chooseDeployments(config, input.arguments.deployment, all);
    const nowMs = app.clock.nowMs();
    const asked = { untilMs: nowMs + forMs, reason };
    const rows = await forEachDeployment(chosen, ({ name }) =>
      pauseOne(app, config, name, asked).catch((thrown: unknown) =>
        pinOne(app, config, name, { ...asked, forMs }, thrown),
      ),
    );
    const isAny = (bad: PauseRow['outcome']) => rows.some(({ outcome }) => outcome === bad);
    return {
      exit: isAny('unknown') ? 'unknown' : isAny('failed') ? 'failed' : 'done',
      json: { kind: 'Pause', items: rows.map(pauseRowJson) },
      text: pauseText(rows, nowMs, out.dataStyle),
    };
  },
});

async function pauseOne(
  app: App,
  config: Config,
  deployment: string,
  asked: { readonly untilMs: number; readonly reason: string },
): Promise<PauseRow> {
  const present = await presentPause(app, config, deployment);
  const before = present === undefined ? undefined : present.untilMs;
  if (before !== undefined && Math.abs(before - asked.untilMs) < sameEndMs)
    return { deployment, outcome: 'unchanged', untilMs: before, before: undefined };
  await app.say(config, { kind: 'set', deployment, standing: { kind: 'pause', ...asked } });
  return { deployment, outcome: present === undefined ? 'paused' : 'replaced', untilMs: asked.untilMs, before };
}

/** With the store down automation cannot be told, but the gateway can: it lets nobody move the weights. */
async function pinOne(
  app: App,
  config: Config,
  deployment: string,
  { forMs, reason }: { readonly forMs: number; readonly reason: string },
  thrown: unknown,
): Promise<PauseRow> {
  if (!isStoreDown(thrown)) throw thrown;
  const pin = await pinInstead(app, config, { deployment, kind: 'pause', reason, forMs }, thrown);
  return { deployment, outcome: 'pinned', untilMs: pin.untilMs, before: undefined, why: thrown.message };
}

/** The pause in force. */
export async function presentPause(app: App, config: Config, deployment: string): Promise<Standing | undefined> {
  const store = await app.openStore(config);
  try {
    const standing = await store.standing.list(deployment);
    return standing.find((each) => each.kind === 'pause' && isInForce(each, app.clock.nowMs()));
  } finally {
    await store.close();
  }
}
