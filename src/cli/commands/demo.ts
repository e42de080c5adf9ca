import { demoText } from '../../report/text/demo.ts';
import { clockTime } from '../../report/text/time.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { type Exit, exitOfSignal } from '../exit-codes.ts';
import { choice, duration } from '../inputs.ts';
import { lineReporter } from '../line-reporter.ts';

const faults = ['kill', 'hang', 'errors', 'slow'] as const;

export const demo = defineCommand({
  name: 'demo',
  summary: 'Watch a failover of real processes on this machine, in a minute',
  arguments: {},
  options: {
    fault: choice('--fault <kind>', 'what happens to the active site', faults, 'kill'),
    duration: duration('--duration <time>', 'how long to keep the load up after the fault'),
  },
  examples: [
    'godwit demo                   kill -9 of every replica of the active site',
    'godwit demo --fault hang      it hangs while /health answers 200',
    'godwit demo -o json           one object with what was measured',
  ],
  formats: ['table', 'json'],
  async run(input, app, out) {
    const { fault, duration: durationMs } = input.options;
    const progress = await out.progress('starting three local sites');
    const say = (line: string): void => {
      progress.pause();
      out.note(`${clockTime(app.clock.nowMs())} ${line}`);
      progress.resume();
    };
    const summary = await app
      .runDemo(
        { fault, durationMs },
        lineReporter(out, progress),
        { say, live: (line) => progress.update(line) },
        app.interrupted,
      )
      .finally(() => progress.stop());
    const interrupted = exitOfSignal(app.interrupted);
    const exits: Record<typeof summary.outcome, Exit> = { recovered: 'done', 'not-recovered': 'failed', interrupted };
    return {
      exit: exits[summary.outcome],
      json: { kind: 'DemoReport', ...summary },
      text: demoText(summary, out.dataStyle),
    } satisfies Outcome;
  },
});
