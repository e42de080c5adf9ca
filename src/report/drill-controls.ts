/** What auditors may set a run of a drill beside. Informative: whether it meets any of these is for them to say. */
import type { DrillKind } from '../model/drill.ts';
import type { DrillRun } from '../model/drill-run.ts';

/** When the words below were last read in their sources, `YYYY-MM-DD`. */
export const controlsChecked = '2026-11-27';

export interface Control {
  /** Where it is written. */
  readonly source: string;
  readonly place: string;
  /** What it is about there, in short. */
  readonly about: string;
  /** Which part of a report speaks to it. */
  readonly shownBy: string;
}

const really: readonly DrillKind[] = ['canary', 'live', 'provider-exit'];
const every: readonly DrillKind[] = ['tabletop', 'simulation', ...really];

interface Mapped extends Control {
  readonly kinds: readonly DrillKind[];
}

/** In the order of a report. Only what was found in its text, or quoted from it, on the day above. */
const table: readonly Mapped[] = [
  {
    source: 'Regulation (EU) 2022/2554 (DORA)',
    place: 'Art. 11(6)',
    about: 'ICT continuity plans are tested, switchover to redundant capacity among the scenarios',
    shownBy: 'date, scenario, objectives and measured values',
    kinds: every,
  },
  {
    source: 'Delegated Regulation (EU) 2024/1774',
    place: 'Art. 25(2)',
    about: 'severe but plausible scenarios, switchover from the primary infrastructure, failure of third parties',
    shownBy: 'faults, phases, footing before and after',
    kinds: really,
  },
  {
    source: 'Regulation (EU) 2022/2554 (DORA)',
    place: 'Art. 28(8)',
    about: 'exit plans are documented, sufficiently tested and reviewed',
    shownBy: 'the time the vendor was left, and what was lost meanwhile',
    kinds: ['provider-exit'],
  },
  {
    source: 'PRA SS2/21',
    place: '10.1',
    about: 'continuity plans and exit strategies of material outsourcing are tested',
    shownBy: 'the time the vendor was left, and what was lost meanwhile',
    kinds: ['provider-exit'],
  },
  {
    source: 'PRA SS1/21',
    place: '6.1–6.3',
    about: 'staying within impact tolerances in severe but plausible scenarios is tested and documented',
    shownBy: 'objectives and measured values, findings',
    kinds: every,
  },
  {
    source: 'FCA SYSC',
    place: '15A.6.1R (5), (6)',
    about: 'a written record of scenario testing and of lessons learned',
    shownBy: 'this record, findings',
    kinds: every,
  },
  {
    source: 'FFIEC Business Continuity Management (November 2019)',
    place: 'exercises and tests',
    about: 'an exercise involves people and processes, a test verifies a system',
    shownBy: 'the kind of the drill, roles',
    kinds: every,
  },
  {
    source: 'MAS Technology Risk Management Guidelines (January 2021)',
    place: '8.3.2',
    about: 'a test plan holds objectives, scope, scenarios and criteria of success',
    shownBy: 'drill, faults, objectives',
    kinds: every,
  },
  {
    source: 'Implementing Regulation (EU) 2024/2690 (NIS 2)',
    place: 'Annex 4.1',
    about: 'business continuity and disaster recovery plans',
    shownBy: 'date, verdict, findings',
    kinds: every,
  },
  {
    source: 'AICPA Trust Services Criteria (SOC 2)',
    place: 'A1.3',
    about: 'recovery plan procedures are tested',
    shownBy: 'date, verdict, findings',
    kinds: every,
  },
  {
    source: 'ISO 22301:2019',
    place: '8.5',
    about: 'an exercise programme with formal reports, outcomes and actions',
    shownBy: 'this report, findings',
    kinds: every,
  },
  {
    source: 'ISO/IEC 27001:2022',
    place: 'A.5.30',
    about: 'ICT readiness is planned, implemented, maintained and tested',
    shownBy: 'objectives and measured values',
    kinds: every,
  },
  {
    source: 'NIST SP 800-53 Rev. 5',
    place: 'CP-4',
    about: 'contingency plans are tested, results reviewed, corrective actions initiated',
    shownBy: 'verdict, findings',
    kinds: every,
  },
  {
    source: 'NIST SP 800-53 Rev. 5',
    place: 'CP-4(4)',
    about: 'full recovery and reconstitution to a known state is part of the test',
    shownBy: 'footing before and after',
    kinds: really,
  },
];

/** None of a run in which nothing was begun: it tested nothing. */
export function controlsOf({ drill, end }: Pick<DrillRun, 'drill' | 'end'>): readonly Control[] {
  if (end.verdict === 'not-started') return [];
  return table.flatMap(({ kinds, ...control }) => (kinds.includes(drill.kind) ? [control] : []));
}
