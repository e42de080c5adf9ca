/** Families about what automation does, may do and must not: decisions, failover, pauses, operations. */
import { endStates, operationKinds, triggers } from '../../model/operation.ts';
import { failoverModes } from '../../model/policy.ts';
import { reasonCodes } from '../../model/reason.ts';
import type { DeploymentMetrics, MetricsView } from '../metrics-view.ts';
import type { StatusView } from '../status-view.ts';
import type { Family, Sample } from './exposition.ts';
import { counter, flags, gauge, one } from './family.ts';

export const decidingFamilies: readonly ((view: MetricsView) => Family)[] = [
  gauge('godwit_failover_mode', 'What automation may do: 1 for the mode in the configuration.', ({ status }) =>
    flags('mode', failoverModes, (mode) => mode === status.mode),
  ),
  gauge(
    'godwit_failover_ready',
    'Whether automation could fail over now; left out while that is not known.',
    ({ status: { failoverReady } }) => (failoverReady.value === 'unknown' ? [] : one(failoverReady.value === 'yes')),
  ),
  gauge(
    'godwit_failover_blocked',
    'What would stand in the way of a failover now: 1 for each reason that holds. UnknownView: nobody knows.',
    ({ status: { failoverReady } }) =>
      flags('reason', reasonCodes, (reason) => failoverReady.reasons.some(({ code }) => code === reason)),
  ),
  counter(
    'godwit_decisions_total',
    'Decisions that said something new, once for each of their reasons (none: it needed none). From zero with each holder of the lease.',
    ({ tally }) =>
      (tally?.decisions ?? []).map(({ decision, reason = 'none', trigger, count }) => ({
        labels: { decision, reason, trigger },
        value: count,
      })),
  ),
  gauge(
    'godwit_paused',
    'Whether somebody has turned automation off, in the record or at the gateway; left out while only one is seen, and says no.',
    ({ status }) => standing(status, ['pause', 'pin'], ['store', 'gateway']),
  ),
  gauge('godwit_drill_active', 'Whether a drill breaks something of it now.', ({ status }) =>
    standing(status, ['drill'], ['gateway']),
  ),
  gauge(
    'godwit_manual_shift_expires_timestamp_seconds',
    'When traffic that somebody moved for a time returns; left out when none is moved.',
    ({ status: { temporary } }) => {
      const untilMs = temporary?.find(({ kind }) => kind === 'shift')?.untilMs;
      return one(untilMs === undefined ? undefined : untilMs / 1000);
    },
  ),
  gauge(
    'godwit_operation_active',
    'Whether an operation of this kind is under way.',
    ({ status: { open, sources } }) =>
      sources.store.kind === 'unseen' ? [] : flags('kind', operationKinds, (kind) => kind === open?.plan.kind),
  ),
  counter(
    'godwit_operations_total',
    'Operations that ended, by what they were and how. Counted from the record: a restart does not reset it.',
    operationSamples,
  ),
];

/** That nothing of the kind stands is only said once all who would know were seen. */
function standing(
  { temporary, sources }: StatusView,
  kinds: readonly string[],
  whoKnows: readonly (keyof StatusView['sources'])[],
): readonly Sample[] {
  if (temporary?.some(({ kind }) => kinds.includes(kind)) === true) return one(true);
  return whoKnows.every((source) => sources[source].kind === 'seen') ? one(false) : [];
}

/** Zeros too: the first failover must be an increase, and not a series that begins at 1. */
function operationSamples({ operations }: DeploymentMetrics): readonly Sample[] {
  if (operations === undefined) return [];
  return operationKinds.flatMap((kind) =>
    triggers.flatMap((trigger) =>
      endStates.map((outcome) => {
        const found = operations.find(
          (each) => each.kind === kind && each.trigger === trigger && each.outcome === outcome,
        );
        return { labels: { kind, trigger, outcome }, value: found?.count ?? 0 };
      }),
    ),
  );
}
