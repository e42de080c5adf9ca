/** Every deployment off one site: looked at together, asked for once, looked at again after the answer, done one by one. */
import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { Danger } from '../../model/forecast.ts';
import type { Preview } from '../../model/preview.ts';
import type { Wish } from '../../model/wish.ts';
import { planText } from '../../report/text/plan.ts';
import type { App } from '../app.ts';
import type { Globals, Outcome } from '../command.ts';
import { askToConfirm, type Confirmed } from '../confirm.ts';
import type { Output } from '../output.ts';
import { carryOutWatched } from './carry.ts';
import { carryOutOptions, expiryOf, type Terms } from './options.ts';
import { interruptedOutcome } from './outcome.ts';
import { outcomeWithDrains } from './outcome-with-drains.ts';
import { type Change, mostQuestions, planOutcome, refusalOf, seenOf } from './run-change.ts';
import { runSeveral } from './several.ts';
import { commandLine } from './typed-line.ts';

export interface Evacuation {
  readonly config: Config;
  readonly site: string;
  /** How long the traffic stays away, in milliseconds; undefined: the policy's time. */
  readonly forMs: number | undefined;
  readonly reason: string | undefined;
  readonly wake: boolean;
  readonly terms: Terms;
  readonly typed: readonly string[];
  readonly globals: Globals;
}

interface Looked {
  readonly change: Change;
  readonly preview: Preview;
}

type Sight =
  | { readonly kind: 'looked'; readonly looked: readonly Looked[] }
  | { readonly kind: 'over'; readonly outcome: Outcome };

/** Shown, and nothing else. Throws `NotFound` when the configuration knows no such site. */
export async function planEvacuation(asked: Evacuation, app: App, out: Output): Promise<Outcome> {
  const sight = await lookAll(asked, app);
  if (sight.kind === 'over') return sight.outcome;
  const parts = sight.looked.map(({ change, preview }) => ({
    deployment: change.wish.deployment,
    // The site is evacuated as a whole: what is to be typed next is said once, below.
    run: async () => withoutNote(planOutcome(preview, change, app, out)),
  }));
  const outcome = await runSeveral('EvacuationPlan', parts, app);
  const next = commandLine({ typed: asked.typed, configPath: asked.config.path, add: [] });
  const note = outcome.exit === 'done' ? `Nothing was changed. To do this:  ${next}` : 'Nothing was changed.';
  return { ...outcome, note };
}

function withoutNote({ note: _, ...outcome }: Outcome): Outcome {
  return outcome;
}

/** Throws `NotFound` when the configuration knows no such site. */
export async function runEvacuation(asked: Evacuation, app: App, out: Output): Promise<Outcome> {
  let sight = await lookAll(asked, app);
  for (let questions = 1; questions <= mostQuestions; questions += 1) {
    if (sight.kind === 'over') return sight.outcome;
    const { looked } = sight;
    const confirmed = await ask(asked, looked, app, out);
    if (confirmed.kind === 'declined') return confirmed.outcome;
    if (confirmed.kind === 'given') return await carryAll(looked, 'unbound', app, out);
    const now = await lookAll(asked, app);
    if (now.kind === 'looked' && seenAll(now.looked) === seenAll(looked))
      return await carryAll(now.looked, 'bound', app, out);
    if (now.kind === 'looked') out.warn('The plan is another one than the one you answered for. Now it is:');
    sight = now;
  }
  const message = `the plan was another one after each of ${mostQuestions} questions`;
  return {
    exit: 'refused',
    json: { kind: 'Evacuation', items: [], reasons: [{ code: 'WorldMoved', message }] },
    text: `Refused now: WorldMoved: ${message}`,
    note: 'Nothing was changed.',
  };
}

/** Deployments without traffic at the site are left out. */
async function lookAll(asked: Evacuation, app: App): Promise<Sight> {
  const { config, site, terms, typed, globals } = asked;
  const looked: Looked[] = [];
  for (const wish of wishesOf(asked)) {
    const preview = await app.preview(config, wish, app.interrupted);
    if (app.interrupted.aborted) return { kind: 'over', outcome: interruptedOutcome(wish.deployment, app) };
    if (hasTraffic(preview)) looked.push({ change: { config, wish, terms, typed, globals }, preview });
  }
  if (looked.length > 0) return { kind: 'looked', looked };
  const text = `Nothing to do: ${site} has no traffic.`;
  return { kind: 'over', outcome: { exit: 'done', json: { kind: 'Evacuation', items: [] }, text } };
}

function seenAll(looked: readonly Looked[]): string {
  return looked
    .map(({ preview }) => [preview.wish.deployment, seenOf(preview), ...preview.against.map(({ code }) => code)].join())
    .join('\n');
}

async function ask(asked: Evacuation, looked: readonly Looked[], app: App, out: Output): Promise<Confirmed> {
  const { site, terms, typed, globals, config } = asked;
  const danger = worst(looked.flatMap(({ preview }) => preview.planned?.forecast.danger ?? []));
  const add = danger.level === 'severe' ? ['--confirm', site] : ['--yes'];
  const nowMs = app.clock.nowMs();
  const question = {
    ...{ danger, name: site, command: commandLine({ typed, configPath: config.path, add }) },
    what: looked.map(({ preview }) => planText(preview, nowMs, out.noteStyle)).join('\n\n'),
  };
  return await askToConfirm(question, { yes: terms.yes, confirm: terms.confirm, globals }, app, out);
}

/** `bound`: somebody looked at these plans and answered for them; each is done over this world only. */
async function carryAll(looked: readonly Looked[], how: 'bound' | 'unbound', app: App, out: Output): Promise<Outcome> {
  const parts = looked.map(({ change, preview }) => ({
    deployment: change.wish.deployment,
    run: async () => {
      const refused = refusalOf(preview, change, app, out);
      if (refused !== undefined) return refused;
      const { config, terms, wish } = change;
      const basis = how === 'bound' && !preview.isWaiting ? preview.planned?.basis : undefined;
      const bound = basis === undefined ? wish : { ...wish, expect: basis };
      const end = await carryOutWatched({ app, config, out }, bound, carryOutOptions(terms));
      return await outcomeWithDrains(end, { deployment: wish.deployment, app, out, waits: terms.wait }, config);
    },
  }));
  return await runSeveral('Evacuation', parts, app);
}

/** One for each deployment that is placed there. */
function wishesOf({ config, site, forMs, reason, wake }: Evacuation): readonly Wish[] {
  if (!config.sites.some(({ name }) => name === site))
    throw new GodwitError('NotFound', `there is no site "${site}" in ${config.path}`, {
      hint: `known: ${config.sites.map(({ name }) => name).join(', ')}`,
    });
  return config.deployments
    .filter(({ placements }) => placements.some((each) => each.site === site))
    .map(
      (deployment): Wish => ({
        ...{ deployment: deployment.name, kind: 'shift', from: site, to: undefined, reason },
        forMs: expiryOf(forMs, deployment),
        ...(wake ? { mayWake: true } : {}),
      }),
    );
}

function hasTraffic({ against }: Preview): boolean {
  return !against.some(({ code }) => code === 'AlreadyThere');
}

function worst(dangers: readonly Danger[]): Danger {
  const severe = dangers.filter(({ level }) => level === 'severe');
  return severe.length === 0
    ? { level: 'moderate', why: [] }
    : { level: 'severe', why: severe.flatMap(({ why }) => why) };
}
