/** The only place that writes route entries: one at a time, each version newer than the last. */
import { needsPublish, routeEntryFor } from '../core/publish.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { attemptWrite } from './attempt.ts';
import type { EngineDeps } from './engine.ts';
import type { DeploymentJournal } from './journal.ts';
import { KnownRoute } from './known-route.ts';
import type { LeaseGrip } from './lease-grip.ts';
import type { RecalledRoute } from './recall-route.ts';

export interface RouteWriter {
  /** The newest entry known: what was read, or what was written since and acknowledged. */
  newest(seen: Seen<RouteEntry | undefined>): Seen<RouteEntry | undefined>;
  /** The weights traffic is meant to have now. */
  weights(): Weights;
  /** They may be others: a write that would have changed them was not answered, and nothing was read since. */
  isInDoubt(): boolean;
  /** Writes without an answer that may arrive yet, whatever was read since. */
  late(): readonly RouteEntry[];
  /** Takes over what was read from the gateway: after every look and every read-back. */
  adopt(seen: Seen<RouteEntry | undefined>): void;
  /** One visible change of weights. */
  weigh(weights: Weights, view: View, terms: WeighTerms): Promise<Reply<void>>;
  /** Publishes replicas, their states and proofs when they changed or the gateway lost them; the weights stay. */
  refresh(view: View, signal: AbortSignal): Promise<void>;
}

export interface WeighTerms {
  readonly operationId: string;
  readonly idempotencyKey: string;
  readonly deadlineAtMonoMs: number;
  readonly signal: AbortSignal;
}

/** One write's limit, in milliseconds: a local socket answers in single digits. */
const writeTimeoutMs = 2000;

/** After refreshes that failed in a row, the longest time to the next, in milliseconds. */
const longestPauseMs = 10_000;

export function createRouteWriter(
  deps: EngineDeps,
  grip: LeaseGrip,
  journal: DeploymentJournal,
  recalled: RecalledRoute,
): RouteWriter {
  const { clock, random } = deps;
  const known = new KnownRoute(clock, recalled);
  const inTurn = createTurns();
  let failures = 0;
  let notBeforeMonoMs = 0;

  const entryOf = (wanted: Weights, view: View, routeVersion: number): RouteEntry =>
    routeEntryFor(view, { weights: wanted, epoch: grip.epoch, routeVersion, journalHead: journal.head() });

  const write = async (entry: RouteEntry, terms: WeighTerms): Promise<Reply<void>> => {
    const reply = await attemptWrite(deps, grip, { ...terms, tryTimeoutMs: writeTimeoutMs }, (call) =>
      deps.traffic.write(entry, call),
    );
    known.note(entry, reply);
    return reply;
  };

  const refresh = async (view: View, signal: AbortSignal): Promise<void> => {
    if (known.isUnsettled() || clock.monoMs() < notBeforeMonoMs) return;
    const { entry: current, weights } = known;
    const next = entryOf(weights, view, 0);
    const lacking = lackingShare(weights, next);
    if (lacking !== undefined) {
      notBeforeMonoMs = clock.monoMs() + longestPauseMs;
      return journal.tell({ type: 'warning', message: lacking.message });
    }
    if (current !== undefined && !known.isLost && !needsPublish(current, next, known.ageMs())) return;
    const wanted = { ...next, routeVersion: known.nextVersion() };
    await journal.append({ kind: 'route', state: 'intended', entry: wanted });
    const reply = await write(wanted, {
      operationId: 'refresh',
      idempotencyKey: `refresh/${grip.epoch}/${wanted.routeVersion}`,
      deadlineAtMonoMs: clock.monoMs() + writeTimeoutMs,
      signal,
    });
    await journal.append({ kind: 'route', state: reply.kind === 'done' ? 'reached' : reply.kind, entry: wanted });
    failures = reply.kind === 'done' ? 0 : failures + 1;
    if (reply.kind === 'done') return;
    // Each try is two entries in the journal: a gateway that stays away must not fill the disk.
    notBeforeMonoMs = clock.monoMs() + Math.min(longestPauseMs, 125 * 2 ** failures) * (0.5 + random.next() / 2);
    journal.tell({ type: 'warning', message: `route not written: ${reply.error.message}` });
  };

  return {
    newest: (seen) => known.newest(seen),
    weights: () => known.weights,
    isInDoubt: () => known.isInDoubt(),
    late: () => known.late,
    adopt(seen) {
      if (known.adopt(seen)) notBeforeMonoMs = 0;
    },
    weigh: (wanted, view, terms) =>
      inTurn(async () => {
        const entry = entryOf(wanted, view, known.nextVersion());
        const error = lackingShare(wanted, entry);
        return error === undefined ? await write(entry, terms) : { kind: 'refused', error };
      }),
    refresh: (view, signal) => inTurn(() => refresh(view, signal)),
  };
}

/** A share of a site that is not configured, or not allowed, any more: no table can say so, the last one stays (I5). */
function lackingShare(wanted: Weights, { weights }: RouteEntry): ProviderError | undefined {
  const names = Object.keys(wanted).filter((site) => (wanted[site] ?? 0) > 0 && weights[site] === undefined);
  if (names.length === 0) return undefined;
  const message = `${names.join(', ')} has traffic and may not have it any more: the table stays as it is`;
  return { class: 'invalid', code: 'SiteRemoved', message };
}

/** Refreshes and steps both write: each waits for the one before, or versions could cross. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = turn.then(work);
    turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };
}
