/** Has a wish carried out while its progress is told: this process's own as it happens, a controller's from the store. */
import type { CarryOutOptions, WishEnd } from '../../engine/carry-out.ts';
import type { Config } from '../../model/config.ts';
import type { Wish } from '../../model/wish.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { App } from '../app.ts';
import { followOperation } from '../follow.ts';
import { lineReporter } from '../line-reporter.ts';
import type { Output } from '../output.ts';

/** What is said at the first Ctrl-C. */
const saidAtInterrupt = {
  hold: 'Holding after this step; nothing is undone. Ctrl-C again leaves this screen.',
  return: 'Returning to the weights before. Ctrl-C again leaves this screen.',
  detach: undefined,
} as const;

const leadsHere = 'no controller runs: this terminal leads until it is done; then nobody watches (godwit run)';

export async function carryOutWatched(
  { app, config, out }: { readonly app: App; readonly config: Config; readonly out: Output },
  wish: Wish,
  options: CarryOutOptions,
): Promise<WishEnd> {
  const progress = await out.progress(`${wish.kind} of ${wish.deployment}`);
  const lines = lineReporter(out, progress);
  const over = new AbortController();
  const reporter: Reporter = {
    report(event) {
      over.abort();
      lines.report(event);
      // Who typed it should know that nobody else does it, and that nobody watches afterwards.
      if (event.type === 'lease-taken') lines.report({ ...event, type: 'warning', message: leadsHere });
    },
  };
  const said = saidAtInterrupt[options.onInterrupt ?? 'detach'];
  const sayIt = (): void => {
    progress.pause();
    if (said !== undefined) out.warn(said);
    progress.resume();
  };
  app.interrupted.addEventListener('abort', sayIt, { once: true });
  const followed = followOperation(app, config, wish.deployment, lines, over.signal);
  try {
    return await app.carryOut(config, wish, options, reporter, app.interrupted);
  } finally {
    over.abort();
    app.interrupted.removeEventListener('abort', sayIt);
    await followed;
    progress.stop();
  }
}
