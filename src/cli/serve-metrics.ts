/** The controller's own metrics: looked at when they are scraped, through what the controller has open. */
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Listen } from '../model/listen.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { Store } from '../ports/store.ts';
import { clockTime } from '../report/text/time.ts';
import type { App } from './app.ts';
import { createDrillLook } from './drill-metrics.ts';
import { isStartable, metricsText } from './metrics.ts';
import type { Output } from './output.ts';
import { createWatcher } from './sights.ts';

/** What the controller has to tell whoever is scraped. */
export interface MetricsFeed {
  /** Tells the other reporter everything, and keeps which deployments are led. */
  listening(to: Reporter): Reporter;
  onOpen(store: Store): void;
}

/** Scrapes closer together than this are told the same, in milliseconds: no scraper shall slow the loop. */
const sharedMs = 1000;

/** Resolves once it listens, or could not: then that was said, and it goes on trying. Until the signal fires. */
export async function serveMetrics(
  app: App,
  config: Config,
  listen: Listen,
  out: Output,
  signal: AbortSignal,
): Promise<MetricsFeed> {
  const led = new Set<string>();
  let opened: Store | undefined;
  // The controller's own handle: a second one in its process could take the first one's file locks away.
  const openStore = async (): Promise<Store> => {
    if (opened === undefined) throw new GodwitError('StoreFailed', 'the controller has not opened its store yet');
    return { ...opened, close: async () => undefined };
  };
  const connectTraffic = (): ReturnType<App['connectTraffic']> => app.connectTraffic(config);
  const watcher = createWatcher({ clock: app.clock, openStore, connectTraffic }, config, signal);
  const drills = createDrillLook(config, () => app.drillRecords(config), app.recount);
  const look = async (): Promise<string> => {
    const { deployments, path } = config;
    const isConfigValid = await isStartable(app, path);
    return metricsText({ version: app.version(), config, deployments, watcher, isConfigValid, led, drills });
  };
  const say = (message: string): string => `${clockTime(app.clock.nowMs())} metrics ${message}`;
  await app.serveMetrics(
    listen,
    {
      scrape: shared(look, () => app.clock.monoMs()),
      note: (message) => out.note(say(message)),
      warn: (message) => out.warn(say(message)),
    },
    signal,
  );
  return {
    listening: (to) => ({
      report(event) {
        if (event.type === 'lease-taken') led.add(event.deployment);
        if (event.type === 'lease-lost') led.delete(event.deployment);
        to.report(event);
      },
    }),
    onOpen(store) {
      opened = store;
    },
  };
}

function shared(look: () => Promise<string>, nowMonoMs: () => number): () => Promise<string> {
  let last: { readonly atMonoMs: number; readonly text: Promise<string> } | undefined;
  return () => {
    if (last === undefined || nowMonoMs() - last.atMonoMs >= sharedMs) last = { atMonoMs: nowMonoMs(), text: look() };
    return last.text;
  };
}
