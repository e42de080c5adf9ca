import { faultClasses } from '../../model/simulation.ts';
import { type SimulationTerms, summarize } from '../../report/simulation-summary.ts';
import { seedText, simulationText } from '../../report/text/simulation.ts';
import type { App, SimulateWatch } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { type Exit, exitOfSignal } from '../exit-codes.ts';
import { choices, text, wholeNumber } from '../inputs.ts';
import { onlyDeployment, readForLooking } from '../open-config.ts';

const usualSeeds = 5;
const mostSeeds = 10_000;
const largestSeed = 2 ** 31 - 1;

export const simulate = defineCommand({
  name: 'simulate',
  summary: 'See what your configuration would do when sites and networks fail',
  arguments: { config: text('config', 'the configuration; otherwise as for every other command', 'file') },
  options: {
    deployment: text('--deployment <name>', 'which one, when there are several', 'deployment'),
    seed: wholeNumber('--seed <n>', 'one world again; with --seeds the first', largestSeed),
    seeds: wholeNumber('--seeds <n>', `how many worlds (${usualSeeds})`, mostSeeds),
    faults: choices('--faults <list>', `${faultClasses.slice(0, 4).join(', ')}, ... (site)`, faultClasses),
  },
  examples: [
    'godwit simulate godwit.yaml                sites fail, in five worlds',
    'godwit simulate godwit.yaml --seed 7       one of them again',
    'godwit simulate godwit.yaml --faults site,network,cloud,process',
    `# faults: ${faultClasses.join(', ')}`,
    '# nothing real is contacted; a new server is up within a second there',
  ],
  formats: ['table', 'json'],
  async run(input, app, out) {
    const { seed, seeds = seed === undefined ? usualSeeds : 1, faults = ['site'] } = input.options;
    const path = input.arguments.config ?? input.globals.config;
    const config = await readForLooking(app, path);
    const deployment = onlyDeployment(config, input.options.deployment);
    const from = seed ?? 1;
    const progress = await out.progress(`simulating ${deployment.name}`);
    const watch: SimulateWatch = {
      onBegin: (at) => progress.update(`simulating ${deployment.name}, world ${at - from + 1} of ${seeds}`),
      onEnd(story) {
        progress.pause();
        if (out.format === 'table') out.data(`${seedText(story, out.dataStyle)}\n`);
        progress.resume();
      },
    };
    const options = { deployment: deployment.name, from, seeds, faults };
    const stories = await app.simulate(config, options, watch, app.interrupted).finally(() => progress.stop());
    const terms: SimulationTerms = {
      ...{ config: path ?? config.path, deployment: deployment.name, mode: deployment.failover.mode, faults, seeds },
      isInterrupted: app.interrupted.aborted,
    };
    const summary = summarize(stories);
    const seedAgain = stories.find(({ violations }) => violations.length > 0)?.seed ?? stories[0]?.seed ?? from;
    const again = commandOf(terms, input.options, seedAgain);
    return {
      exit: exitOf(app, summary.violations),
      json: { kind: 'SimulationReport', ...terms, summary, again, worlds: stories },
      text: simulationText(summary, terms, out.dataStyle),
      ...(out.format === 'table' ? { note: `one again  ${again}` } : {}),
    } satisfies Outcome;
  },
});

/** What shows one world again: with what was typed, and no more. */
function commandOf(
  { config, deployment, faults }: SimulationTerms,
  typed: { readonly deployment: string | undefined; readonly faults: readonly string[] | undefined },
  seed: number,
): string {
  return [
    `godwit simulate ${shellWord(config)}`,
    ...(typed.deployment === undefined ? [] : [`--deployment ${shellWord(deployment)}`]),
    ...(typed.faults === undefined ? [] : [`--faults ${faults.join(',')}`]),
    `--seed ${seed}`,
  ].join(' ');
}

function shellWord(text: string): string {
  return /^[\w./@:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function exitOf(app: App, violations: number): Exit {
  if (app.interrupted.aborted) return exitOfSignal(app.interrupted);
  return violations > 0 ? 'failed' : 'done';
}
