import type { Config } from '../../model/config.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { EventLine } from '../../report/json/document.ts';
import { statusJson } from '../../report/json/status.ts';
import type { StatusView } from '../../report/status-view.ts';
import { statusText } from '../../report/text/status.ts';
import { statusListText } from '../../report/text/status-list.ts';
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
    'godwit status -w -o jsonl     a line per deployment and look',
  ],
  formats: ['table', 'wide', 'json', 'yaml', 'jsonl', 'name'],
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
        text: toText(views, out),
        lines: views.map(toLine),
        names: views.map(({ deployment: name }) => name),
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
    if (out.format === 'jsonl') for (const view of views) out.line(toLine(view));
    else if (out.format === 'json' || out.format === 'yaml') out.document(toJson(views));
    else if (out.format === 'name') return { text: views.map(({ deployment }) => deployment).join('\n'), key };
    else return { text: toText(views, out), key };
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

function toText(views: readonly StatusView[], { format, dataStyle }: Output): string {
  const [only] = views;
  if (only === undefined || views.length > 1) return statusListText(views, dataStyle);
  return statusText(only, dataStyle, format === 'wide' ? 'wide' : 'usual');
}

/** One deployment in one look. */
function toLine(view: StatusView): EventLine {
  return { type: 'status', ...statusJson(view) };
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
