import type { ControllerEnd } from '../../engine/controller.ts';
import { GodwitError } from '../../errors.ts';
import { span } from '../../model/words.ts';
import { clockTime } from '../../report/text/time.ts';
import type { App } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { loopback } from '../inputs.ts';
import { lineReporter } from '../line-reporter.ts';
import { openConfig } from '../open-config.ts';

export const run = defineCommand({
  name: 'run',
  summary: 'Watch the deployments and fail over when a site fails (the controller)',
  arguments: {},
  options: {
    metrics: loopback('--metrics <address>', 'serve Prometheus metrics here, such as 127.0.0.1:9464'),
  },
  examples: [
    'godwit run                    in the foreground, one line per change',
    'godwit run -o jsonl           events as JSON lines on standard output',
    'godwit run --metrics 127.0.0.1:9464   for Prometheus, at /metrics',
  ],
  formats: ['table', 'jsonl'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    if (config.path === '-')
      throw new GodwitError('UsageInvalid', 'the controller needs a configuration file, not standard input', {
        hint: 'the gateway it starts reads the same file: save it and name it with --config',
      });
    const note = (message: string): void => out.note(`${clockTime(app.clock.nowMs())} gateway ${message}`);
    // Its own end also ends the watch over the gateway; the gateway itself keeps serving.
    const over = new AbortController();
    try {
      const signal = AbortSignal.any([app.interrupted, over.signal]);
      await app.ensureGateway(config, note, signal);
      const names = config.deployments.map((deployment) => deployment.name).join(', ');
      out.note(
        `${clockTime(app.clock.nowMs())} controller for ${names} (${config.environment}, config ${config.digest})`,
      );
      const listen = input.options.metrics ?? config.metrics;
      const told = lineReporter(out);
      if (listen === undefined) return outcomeOf(await app.runController(config, told, app.interrupted), app);
      const { serveMetrics } = await import('../serve-metrics.ts');
      const feed = await serveMetrics(app, config, listen, out, signal);
      return outcomeOf(
        await app.runController(config, feed.listening(told), app.interrupted, (store) => feed.onOpen(store)),
        app,
      );
    } finally {
      over.abort();
    }
  },
});

function outcomeOf(end: ControllerEnd, app: App): Outcome {
  if (end.kind === 'stopped') return { exit: 'done', note: 'Stopped. The gateway keeps serving at the last weights.' };
  const details =
    end.record === undefined
      ? {}
      : {
          holder: `${end.record.holder.name}@${end.record.holder.host}, pid ${end.record.holder.pid}`,
          deployment: end.record.deployment,
          renewed: `${clockTime(end.record.renewedAtMs)}, ${span(app.clock.nowMs() - end.record.renewedAtMs)} ago, for ${span(end.record.ttlMs)} each time`,
        };
  if (end.kind === 'lease-held') {
    throw new GodwitError('LeaseHeld', 'another controller holds the lease; nothing was touched', {
      details,
      hint: 'leave it at work, or stop that process first; a dead one’s lease ends by itself',
    });
  }
  throw new GodwitError('LeaseLost', 'lost the lease; stopped before the next change', {
    details,
    hint: 'the holder goes on from the journal; `godwit status` shows what is in force',
  });
}
