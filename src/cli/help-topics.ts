/** Pages of `godwit help` that belong to no single command. */
import { exitCodes } from './exit-codes.ts';

/** By the word typed. */
export const topics: Readonly<Record<string, () => string>> = {
  concepts: conceptsPage,
  'exit-codes': exitCodePage,
  environment: environmentPage,
};

/** What is read from the environment, and what for. */
export const environment: readonly (readonly [name: string, what: string])[] = [
  ['GODWIT_CONFIG', 'the configuration file, when --config does not name one'],
  ['GODWIT_ACCESSIBLE', '1: as --accessible, for screen readers'],
  ['NO_COLOR', 'anything: no colour'],
  ['FORCE_COLOR', 'colour, also into a pipe'],
  ['CI, TERM=dumb', 'no redrawing, no questions'],
  ['LANG, LC_ALL', 'when they do not say UTF-8: ASCII only'],
];

/** One word per idea: the same in commands, configuration and output. */
export const concepts: readonly (readonly [word: string, means: string])[] = [
  ['deployment', 'one model served to clients, and the rules for keeping it served'],
  ['site', 'a place that runs replicas: a provider, a region, an account'],
  ['placement', 'a deployment at a site: how many replicas, which standby'],
  ['replica', 'one model server that answers requests'],
  ['standby', 'hot: ready now; warm: stopped machines; cold: nothing yet'],
  ['weight', 'percent of new requests a site gets; together 100'],
  ['evidence', 'dated results of probes, provider and gateway'],
  ['diagnosis', 'what the evidence comes to, such as SiteDead or ViewLost'],
  ['decision', 'stay, advise or act, always with reasons'],
  ['plan', 'the steps, worked out before anything changes'],
  ['operation', 'a plan being carried out, named op-...'],
  ['shift', 'move part of the traffic, until an expiry'],
  ['switchover', 'a planned move, both sides healthy'],
  ['failover', 'a move away from a site that is bad'],
  ['failback', 'the switchover back to the preferred site'],
  ['drain', 'no new requests; running ones finish'],
  ['scale', 'another number of replicas at a site, until it is taken back'],
  ['pause', 'automation off for a deployment, for a time'],
  ['brake', 'too much failed at once: nothing moves by itself'],
  ['block', 'a remembered denial, such as sold out, with an expiry'],
  ['drill', 'a failure rehearsed within limits, undone and read back'],
  ['lease, epoch', 'the timed right to act, and the number that fences late ones'],
  ['journal', 'the chained record of what was decided and done'],
];

/** How a drill goes, and the ways it can end. */
export const drillLife: readonly (readonly [word: string, means: string])[] = [
  ['kind', 'live, canary (few requests), simulation, tabletop, provider-exit'],
  ['rehearse', 'Everything it will break is shown to be undone first.'],
  ['steady', 'It looks for a while: requests must come, and none be lost.'],
  ['fault', 'It breaks something and tells nobody; the controller decides.'],
  ['undo', 'Ended and read back: at its end, on Ctrl-C or `drill abort`.'],
  ['failback', 'The traffic goes back to where it was; then it settles.'],
  ['passed', 'Every claim of its hypothesis holds; failed: one does not.'],
  ['aborted', 'Ended early, by a limit or a person: no claim is judged.'],
  ['interrupted', 'Its process died: another undid it, or `drill undo RUN` does.'],
  ['inconclusive', 'Not enough was measured. A tabletop measures nothing.'],
  ['not started', 'Something stood in the way; nothing was broken.'],
];

/** How an operation goes, and the ways it can end. */
export const operationLife: readonly (readonly [word: string, means: string])[] = [
  ['plan', 'Steps are worked out and shown; nothing has changed yet.'],
  ['carry out', 'Each step is recorded, done, then looked at until it holds.'],
  ['hold', 'Stop after this step; weights stay as they are then.'],
  ['resume', 'Go on from where it was held.'],
  ['return', 'Go back to the weights before, as far as that is safe.'],
  ['abort', 'Give up; the nearest safe state is kept.'],
  ['expiry', 'A shift ends by itself: weights return if the site is healthy.'],
  ['done', 'The world was seen to be as planned.'],
  ['failed', 'It was not to be had; what is in force is known.'],
  ['unknown', 'A reply was lost. Nothing is tried blindly again: look first.'],
];

function exitCodePage(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit codes, the same for every command:', ...rows, ''].join('\n');
}

function environmentPage(): string {
  return ['Environment:', ...rowsOf(environment), 'A flag wins over the environment.', ''].join('\n');
}

function conceptsPage(): string {
  return [
    'Words, one per idea:',
    ...rowsOf(concepts),
    '',
    'How an operation goes:',
    ...rowsOf(operationLife),
    '',
    'How a drill goes:',
    ...rowsOf(drillLife),
    '',
    'Not being able to see is never the same as down, and a lost reply is neither',
    'done nor failed. `godwit explain CODE` tells what a reason or diagnosis means.',
    '',
  ].join('\n');
}

function rowsOf(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`);
}
