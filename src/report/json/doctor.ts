/** What was found before a bad night, for machines. */
import type { DoctorReport, Finding } from '../../model/doctor.ts';

/** In the order of the areas; absent words are null. */
export function doctorJson({ findings, notAsked }: DoctorReport) {
  const count = (outcome: Finding['outcome']): number => findings.filter((each) => each.outcome === outcome).length;
  return {
    counts: { ok: count('ok'), bad: count('bad'), unknown: count('unknown'), notAsked: notAsked.length },
    findings: findings.map(findingJson),
    notAsked,
  };
}

/** One of them. */
export function findingJson({ area, outcome, where, what, why, todo }: Finding) {
  return { area, outcome, where, what, why: why ?? null, do: todo ?? null };
}
