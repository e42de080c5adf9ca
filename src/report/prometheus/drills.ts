/** Families about drills: what came of each last, and how that compares with what was claimed. */
import { verdicts } from '../../model/drill-run.ts';
import type { DrillMetrics, MetricsView } from '../metrics-view.ts';
import type { Family, Sample } from './exposition.ts';
import { flags, one } from './family.ts';

/** Without drills, or while their records cannot be read, they have no series. */
export const drillFamilies: readonly ((view: MetricsView) => Family)[] = [
  gauge('godwit_drill_last_verdict', 'What the last run of the drill that has ended came to.', ({ verdict }) =>
    verdict === undefined ? [] : flags('verdict', verdicts, (each) => each === verdict),
  ),
  gauge(
    'godwit_drill_last_success_timestamp_seconds',
    'When the newest run of the drill that passed began.',
    ({ passedAtMs }) => one(seconds(passedAtMs)),
  ),
  gauge(
    'godwit_drill_recovery_seconds',
    'From the fault to the last request that was lost, in the last run that measured it.',
    ({ recoveryMs }) => one(seconds(recoveryMs)),
  ),
  gauge('godwit_drill_objective_seconds', 'What the configuration claims of that time.', ({ objectiveMs }) =>
    one(seconds(objectiveMs)),
  ),
];

function gauge(name: string, help: string, tell: (drill: DrillMetrics) => readonly Sample[]) {
  return ({ drills = [] }: MetricsView): Family => ({
    ...{ name, help, type: 'gauge' },
    samples: drills.flatMap((drill) =>
      tell(drill).map(({ labels, value }) => ({
        labels: { deployment: drill.deployment, drill: drill.drill, ...labels },
        value,
      })),
    ),
  });
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
