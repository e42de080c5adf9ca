import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { Deployment } from '../../model/deployment.ts';
import { runningJson } from '../../report/json/running.ts';
import { statusJson } from '../../report/json/status.ts';
import type { RunningView } from '../../report/running-view.ts';
import type { StatusView } from '../../report/status-view.ts';
import { runningText } from '../../report/text/running.ts';
import { statusText } from '../../report/text/status.ts';
import { statusListText } from '../../report/text/status-list.ts';
import type { App } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import type { Exit } from '../exit-codes.ts';
import { flag, text } from '../inputs.ts';
import { findDeployment, findSite, openConfig } from '../open-config.ts';
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
    site: text('--site <site>', 'the requests that run at this site now, instead of the screen', 'site'),
    exitCode: flag('--exit-code', 'say it in the exit code: 0 serving, 1 degraded or down, 8 in progress, 11 unknown'),
  },
  examples: [
    'godwit status                 all deployments, or the only one',
    'godwit status chat -w         live',
    'godwit status chat -o json    for scripts; additive within v1',
    'godwit status -w -o jsonl     a line per deployment and look',
    'godwit status chat --site a    the requests that run at site a now',
    'godwit status -o prometheus   metrics, for a textfile collector in cron',
  ],
  formats: ['table', 'wide', 'json', 'yaml', 'jsonl', 'name', 'prometheus'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { deployment } = input.arguments;
    const { site, watch, exitCode } = input.options;
    const chosen = deployment === undefined ? config.deployments : [findDeployment(config, deployment)];
    if (out.format === 'prometheus' && (watch || site !== undefined || exitCode))
      throw new GodwitError('UsageInvalid', '-o prometheus is one look at everything', {
        hint: 'leave out --watch, --site and --exit-code; `godwit run --metrics 127.0.0.1:9464` can be scraped',
      });
    const watcher = createWatcher(app, config, app.interrupted);
    const look =
      site === undefined ? () => lookAt(config, chosen, watcher, out) : lookInto(chosen, site, watcher, app, out);
    try {
      if (out.format === 'prometheus') return { exit: 'done', metrics: await metricsOf(config, chosen, watcher, app) };
      if (watch) return await watchIt(look, app, out);
      const { exit, key: _, ...shown } = await look();
      return { exit: exitCode ? exit : 'done', ...shown };
    } finally {
      await watcher.close();
    }
  },
});

/** One look in every form. */
interface Shown extends Required<Pick<Outcome, 'exit' | 'json' | 'text' | 'lines' | 'names'>> {
  /** See `Frame`. */
  readonly key: string;
}

async function lookAt(config: Config, chosen: readonly Deployment[], watcher: Watcher, out: Output): Promise<Shown> {
  const views = await Promise.all(
    chosen.map(async (deployment) => statusView(config, deployment, await watcher.look(deployment.name))),
  );
  return {
    exit: exitOf(views),
    json: toJson(views),
    text: toText(views, out),
    lines: views.map((view) => ({ type: 'status', ...statusJson(view) })),
    names: views.map(({ deployment: name }) => name),
    key: JSON.stringify(views.map(keyOf)),
  };
}

/** Throws `UsageInvalid` and `NotFound` at once: a site is one of a deployment's. */
function lookInto(
  chosen: readonly Deployment[],
  name: string,
  watcher: Watcher,
  app: App,
  out: Output,
): () => Promise<Shown> {
  const [deployment] = chosen;
  if (deployment === undefined || chosen.length > 1)
    throw new GodwitError('UsageInvalid', 'at a site of which deployment? Name one', {
      hint: `godwit status DEPLOYMENT --site ${name}`,
    });
  const site = findSite(deployment, name);
  return async () => {
    const running = await watcher.running(deployment.name, site);
    const view: RunningView = { deployment: deployment.name, site, atMs: app.clock.nowMs(), running };
    const json = runningJson(view);
    const names = running.kind === 'seen' ? running.value.requests.map(({ id }) => id) : [];
    return {
      exit: running.kind === 'seen' ? 'done' : 'unknown',
      json,
      text: runningText(view, out.dataStyle, out.format === 'wide' ? 'wide' : 'usual'),
      lines: [{ type: 'requests', ...json }],
      names,
      key: JSON.stringify(running.kind === 'seen' ? names : running.kind),
    };
  };
}

/** Loaded when it is asked for: the screen has no use for it. */
async function metricsOf(
  config: Config,
  deployments: readonly Deployment[],
  watcher: Watcher,
  app: App,
): Promise<string> {
  const [{ metricsText }, { createDrillLook }] = await Promise.all([
    import('../metrics.ts'),
    import('../drill-metrics.ts'),
  ]);
  const names = new Set(deployments.map(({ name }) => name));
  const chosen = (config.drills ?? []).filter(({ deployment }) => names.has(deployment));
  const drills = createDrillLook({ ...config, drills: chosen }, () => app.drillRecords(config), app.recount);
  // The file was read a moment ago.
  return metricsText({
    ...{ version: app.version(), config, deployments, watcher, drills },
    ...{ isConfigValid: true, led: undefined },
  });
}

/** Ends only with a signal, and that is no failure. */
async function watchIt(look: () => Promise<Shown>, app: App, out: Output): Promise<Outcome> {
  const show = async (): Promise<Frame> => {
    const { json, text, lines, names, key } = await look();
    if (out.format === 'jsonl') for (const line of lines) out.line(line);
    else if (out.format === 'json' || out.format === 'yaml') out.document(json);
    else if (out.format === 'name') return { text: names.join('\n'), key };
    else return { text, key };
    return { text: '', key };
  };
  await watchScreen(show, everyMs, app, out);
  return { exit: 'done' };
}

/** What is news: not ages, not rates. */
function keyOf({ deployment, service, sites, open, last, failoverReady, controller }: StatusView) {
  const rows = sites.map(({ wantPct, state, ready, notices }) => [wantPct, state, ready, notices?.told.length]);
  return [deployment, service.state, rows, open?.id, open?.step, last?.id, failoverReady.value, controller.kind];
}

function toText(views: readonly StatusView[], { format, dataStyle }: Output): string {
  const [only] = views;
  if (only === undefined || views.length > 1) return statusListText(views, dataStyle);
  return statusText(only, dataStyle, format === 'wide' ? 'wide' : 'usual');
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
