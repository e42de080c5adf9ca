/** Faults in weights, route versions and what is taken over from the gateway. */
import { lines, type Mutant } from './mutant.ts';

const known = 'src/engine/known-route.ts';
const writer = 'src/engine/route-writer.ts';
const publish = 'src/core/publish.ts';

export const routeMutants: readonly Mutant[] = [
  {
    name: 'weights-do-not-sum-to-100',
    file: 'src/core/target.ts',
    find: 'return { ...moved, [to]: 100 - Object.values(moved).reduce((sum, each) => sum + each, 0) };',
    replace: 'return { ...moved, [to]: weightOf(view, to) + weightOf(view, from) };',
    breaks: ['I5', 'I24', 'I32'],
    why: 'what belonged to no site, or to none any more, is lost',
  },
  {
    name: 'weights-are-rounded-one-by-one',
    file: 'src/core/plan/steps.ts',
    find: '.slice(0, missing);',
    replace: '.filter(({ remainder }) => remainder >= 0.5);',
    breaks: ['I5'],
    why: 'halves are rounded up at every site: the sum is 99 or 101',
  },
  {
    name: 'move-in-two-writes',
    file: 'src/engine/effects.ts',
    find: '      return await ctx.routes.weigh(step.weights, ctx.view(), terms);\n',
    replace: lines(
      '      await ctx.routes.weigh(operation.plan.before, ctx.view(), terms);',
      '      return await ctx.routes.weigh(step.weights, ctx.view(), terms);',
      '',
    ),
    breaks: ['I5', 'I7', 'I8', 'I18'],
    why: 'the starting point is made sure of first: a second visible change, back and forth',
  },
  {
    name: 'route-version-reused',
    file: known,
    find: 'this.#issuedVersion = Math.max(this.entry?.routeVersion ?? 0, this.#issuedVersion) + 1;',
    replace: 'this.#issuedVersion = (this.entry?.routeVersion ?? 0) + 1;',
    breaks: ['I2', 'I5', 'I7'],
    why: 'a write without an answer and the next one have the same version: the late one is not refused',
  },
  {
    name: 'stale-read-adopted',
    file: known,
    find: 'if (value === undefined || version < (this.entry?.routeVersion ?? 0)) {',
    replace: 'if (value === undefined) {',
    breaks: ['I7', 'I5', 'I18'],
    why: 'an answer from before is taken for the present, and its weights are published as new',
  },
  {
    name: 'refresh-over-an-unsettled-write',
    file: writer,
    find: 'if (known.isUnsettled() || clock.monoMs() < notBeforeMonoMs) return;',
    replace: 'if (clock.monoMs() < notBeforeMonoMs) return;',
    breaks: ['I5', 'I7', 'I18'],
    why: 'a move without an answer is undone by a refresh that knows only the weights before it',
  },
  {
    name: 'move-does-not-wait-its-turn',
    file: writer,
    find: 'weigh: (wanted, view, terms) => inTurn(() => write(entryOf(wanted, view, known.nextVersion()), terms)),',
    replace: 'weigh: (wanted, view, terms) => write(entryOf(wanted, view, known.nextVersion()), terms),',
    breaks: ['I5', 'I7', 'I18'],
    why: 'a move and a refresh are under way at once: the later version holds the earlier weights',
  },
  {
    name: 'lost-table-gets-the-weights-of-a-failed-move',
    file: 'src/core/moved.ts',
    find: "return state === 'returned' ? plan.before : (reachedWeights(operation) ?? plan.before);",
    replace: "return state === 'returned' ? plan.before : plan.after;",
    breaks: ['I7', 'I8', 'I18'],
    why: 'the newest move counts with where it was to end, whether or not it came to that',
  },
  {
    name: 'lost-table-gets-the-oldest-weights',
    file: 'src/engine/recall-route.ts',
    find: 'for (const { body } of entries.toReversed()) {',
    replace: 'for (const { body } of entries) {',
    breaks: ['I7', 'I8', 'I18'],
    why: 'the journal is read from the wrong end',
  },
  {
    name: 'entry-keeps-the-epoch-in-force',
    file: publish,
    find: 'epoch: terms.epoch,',
    replace: "epoch: view.route.kind === 'seen' ? (view.route.value?.epoch ?? terms.epoch) : terms.epoch,",
    breaks: ['I2', 'I24', 'I32'],
    why: 'a new holder writes under the number of the one before: refused, or accepted beside its late writes',
  },
  {
    name: 'plan-over-weights-of-somebody-else',
    file: 'src/engine/run-step.ts',
    find: 'const stale = writesWeights(step) ? staleness(ctx, operation.plan, sight.route) : undefined;',
    replace:
      "const stale = writesWeights(step) && !('gate' in step && step.gate !== undefined) ? staleness(ctx, operation.plan, sight.route) : undefined;",
    breaks: ['I7'],
    why: 'a gated move is carried out over weights that were set after it was planned',
  },
  {
    name: 'give-back-skipped',
    file: 'src/engine/execute.ts',
    find: 'return await giveBack(ctx, operation, end.error, signal);',
    replace: "return await finish(ctx, operation, 'failed', end.error);",
    breaks: ['I32', 'I24'],
    why: 'a move that failed half way stays half way: neither the old weights nor the new',
  },
  {
    name: 'give-back-only-of-what-was-reached',
    file: 'src/engine/execute.ts',
    find: "(body.state === 'intended' || body.state === 'reached') &&",
    replace: "body.state === 'reached' &&",
    breaks: ['I32', 'I24'],
    why: 'a step whose gate failed has moved the weights and was never recorded as reached',
  },
  {
    name: 'no-read-back-is-a-good-one',
    file: 'src/core/plan/reached.ts',
    find: "  if (route.kind === 'unknown') return 'unknown';\n",
    replace: "  if (route.kind === 'unknown') return 'yes';\n",
    breaks: ['I20', 'I18', 'I5'],
    why: 'a gateway that cannot be read is believed to have what it was sent',
  },
  {
    name: 'bad-replica-taken-out-of-the-table',
    file: publish,
    find: "  return [{ id: replica.id, bootId: replica.bootId, url: replica.url, state: isBad ? 'suspect' : 'serving' }];",
    replace: lines(
      '  if (isBad) return [];',
      "  return [{ id: replica.id, bootId: replica.bootId, url: replica.url, state: 'serving' }];",
    ),
    breaks: ['I4', 'I9', 'I10'],
    why: 'what the probes call bad gets no traffic at all, on their word alone, the last one too',
  },
];
