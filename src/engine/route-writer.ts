/** The only place that writes route entries: one at a time, each version newer than the last. */
import { needsPublish, routeEntryFor } from '../core/publish.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { attemptWrite } from './attempt.ts';
import type { EngineDeps } from './engine.ts';
import type { DeploymentJournal } from './journal.ts';
import type { LeaseGrip } from './lease-grip.ts';

export interface RouteWriter {
  /** The newest entry known: what was read, or what was written since and acknowledged. */
  newest(seen: Seen<RouteEntry | undefined>): Seen<RouteEntry | undefined>;
  /** The weights traffic is meant to have now. */
  weights(): Weights;
  /** Adopts what the gateway has in force: after a start, and after every read-back. */
  adopt(entry: RouteEntry | undefined): void;
  /** One visible change of weights. */
  weigh(weights: Weights, view: View, terms: WeighTerms): Promise<Reply<void>>;
  /** Publishes replicas, their states and proofs when they changed; the weights stay. */
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

export function createRouteWriter(
  deps: EngineDeps,
  grip: LeaseGrip,
  journal: DeploymentJournal,
  first: Weights,
): RouteWriter {
  const { clock } = deps;
  let weights = first;
  let current: RouteEntry | undefined;
  let publishedAtMonoMs = 0;
  let isWrittenHere = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** Refreshes and steps both write: each waits for the one before, or versions could cross. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };

  const entryOf = (wanted: Weights, view: View): RouteEntry =>
    routeEntryFor(view, {
      weights: wanted,
      epoch: grip.epoch,
      routeVersion: (current?.routeVersion ?? 0) + 1,
      journalHead: journal.head(),
    });

  const write = async (entry: RouteEntry, terms: WeighTerms): Promise<Reply<void>> => {
    const reply = await attemptWrite(deps, grip, { ...terms, tryTimeoutMs: writeTimeoutMs }, (call) =>
      deps.traffic.write(entry, call),
    );
    if (reply.kind === 'done') {
      current = entry;
      isWrittenHere = true;
      weights = entry.weights;
      publishedAtMonoMs = clock.monoMs();
    }
    return reply;
  };

  return {
    newest(seen) {
      if (seen.kind === 'unknown' || current === undefined) return seen;
      const isOlder = (seen.value?.routeVersion ?? 0) < current.routeVersion;
      return isOlder && isWrittenHere ? { ...seen, value: current } : seen;
    },
    weights: () => weights,
    adopt(entry) {
      if (entry === undefined || entry.routeVersion < (current?.routeVersion ?? 0)) return;
      // What the gateway counts down from is its own clock's business: an adopted entry is refreshed soon.
      if (entry.routeVersion !== current?.routeVersion) publishedAtMonoMs = 0;
      current = entry;
      weights = entry.weights;
    },
    weigh: (wanted, view, terms) => inTurn(() => write(entryOf(wanted, view), terms)),
    refresh: (view, signal) =>
      inTurn(async () => {
        const wanted = entryOf(weights, view);
        const ageMs = clock.monoMs() - publishedAtMonoMs;
        if (current !== undefined && !needsPublish(current, wanted, ageMs)) return;
        await journal.append({ kind: 'route', state: 'intended', entry: wanted });
        const reply = await write(wanted, {
          operationId: 'refresh',
          idempotencyKey: `refresh/${grip.epoch}/${wanted.routeVersion}`,
          deadlineAtMonoMs: clock.monoMs() + writeTimeoutMs,
          signal,
        });
        await journal.append({ kind: 'route', state: reply.kind === 'done' ? 'reached' : reply.kind, entry: wanted });
        if (reply.kind !== 'done')
          journal.tell({ type: 'warning', message: `route not written: ${reply.error.message}` });
      }),
  };
}
