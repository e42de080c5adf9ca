import type { Config } from '../../model/config.ts';
import type { Deployment } from '../../model/deployment.ts';
import { statusJson } from '../../report/json/status.ts';
import type { StatusView } from '../../report/status-view.ts';
import { statusText } from '../../report/text/status.ts';
import { statusListText } from '../../report/text/status-list.ts';
import type { Style } from '../../report/text/style.ts';
import type { App } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import type { Exit } from '../exit-codes.ts';
import { flag, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';
import type { Output } from '../output.ts';
import { createWatcher, type Watcher } from '../sights.ts';
import { statusView } from '../status-view.ts';
import { type Frame, watchScreen } from '../watch-screen.ts';

/** Between looks with `--watch`, in milliseconds. */
const everyMs = 1000;

export const status = defineCommand({
  name: 'status',
  summary: 'Show what is served, from where, and what is safe to do',
  arguments: { deployment: text('deployment', 'as named in the configuration; otherwise all', 'deployment') },
  options: {
    watch: flag('-w, --watch', 'look again every second, until SIGINT'),
    exitCode: flag('--exit-code', 'say it in the exit code: 0 serving, 1 degraded or down, 8 in progress, 11 unknown'),
  },
  examples: [
    'godwit status                 all deployments, or the only one',
    'godwit status chat -w         live',
    'godwit status chat -o json    for scripts; additive within v1',
  ],
  formats: ['table', 'json'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { deployment } = input.arguments;
    const chosen = deployment === undefined ? config.deployments : [findDeployment(config, deployment)];
    const watcher = createWatcher(app, config, app.interrupted);
    try {
      const look = (): Promise<readonly StatusView[]> => lookAt(config, chosen, watcher);
      if (input.options.watch) return await watch(look, app, out);
      const views = await look();
      return {
        exit: input.options.exitCode ? exitOf(views) : 'done',
        json: toJson(views),
        text: toText(views, out.dataStyle),
      };
    } finally {
      await watcher.close();
    }
  },
});

function lookAt(config: Config, chosen: readonly Deployment[], watcher: Watcher): Promise<readonly StatusView[]> {
  return Promise.all(
    chosen.map(async (deployment) => statusView(config, deployment, await watcher.look(deployment.name))),
  );
}

/** Ends only with a signal, and that is no failure. */
async function watch(look: () => Promise<readonly StatusView[]>, app: App, out: Output): Promise<Outcome> {
  const show = async (): Promise<Frame> => {
    const views = await look();
    const key = JSON.stringify(views.map(keyOf));
    if (out.format !== 'json') return { text: toText(views, out.dataStyle), key };
    out.document(toJson(views));
    return { text: '', key };
  };
  await watchScreen(show, everyMs, app, out);
  return { exit: 'done' };
}

/** What is news: not ages, not rates. */
function keyOf({ deployment, service, sites, open, last, failoverReady, controller }: StatusView) {
  const rows = sites.map(({ wantPct, state, ready }) => [wantPct, state, ready]);
  return [deployment, service.state, rows, open?.id, open?.step, last?.id, failoverReady.value, controller.kind];
}

function toText(views: readonly StatusView[], style: Style): string {
  const [only] = views;
  return only !== undefined && views.length === 1 ? statusText(only, style) : statusListText(views, style);
}

function toJson(views: readonly StatusView[]) {
  const [only] = views;
  if (only !== undefined && views.length === 1) return statusJson(only);
  return { kind: 'StatusList', items: views.map(statusJson) };
}

/** The worst of all; what cannot be seen comes first, an operation in progress before a state that it may be changing. */
function exitOf(views: readonly StatusView[]): Exit {
  const states = views.map(({ service }) => service.state);
  if (states.includes('unknown')) return 'unknown';
  if (views.some(({ open }) => open !== undefined)) return 'inProgress';
  return states.every((state) => state === 'serving') ? 'done' : 'failed';
}
