/** The controller's own look at its sites, as `godwit doctor` takes it: when it is due, and what its findings mean. */
import { type DoctorArea, type Examination, type Finding, mostKept } from '../model/doctor.ts';

/**
 * A controller that begins has other things to see first, milliseconds; a shorter interval comes sooner. One that dies and
 * comes back without end never gets so far.
 */
export const firstAfterMs = 120_000;
/** Of the interval, 0–1: sites and controllers do not ask their clouds at the same moment. */
const jitterRatio = 0.1;

/** How long to wait for the next look at a site, in milliseconds. `random`: 0–1. */
export function examineAfterMs(everyMs: number, isFirst: boolean, random: number): number {
  const usualMs = isFirst ? Math.min(firstAfterMs, everyMs) : everyMs;
  return usualMs * (1 - jitterRatio * random);
}

/** What is looked at; how a drain would go is of the configuration alone, and the rest is of this machine. */
export const examinedAreas: readonly DoctorArea[] = ['access', 'excess', 'parts', 'quota', 'clock'];

/** What is well is not kept; the bad first. */
export function examinationOf(site: string, findings: readonly Finding[], atMs: number): Examination {
  const of = (outcome: Finding['outcome']) => findings.filter((each) => each.outcome === outcome);
  return { site, atMs, findings: [...of('bad'), ...of('unknown')].slice(0, mostKept) };
}

/** Findings of one look only: those of the later, and those of the earlier. */
export interface FindingChanges {
  readonly appeared: readonly Finding[];
  readonly gone: readonly Finding[];
}

/** `before` undefined: nobody looked yet, and all there is appears. */
export function findingChanges(before: Examination | undefined, now: Examination): FindingChanges {
  const [old, fresh] = [before?.findings ?? [], now.findings];
  const has = (all: readonly Finding[], one: Finding): boolean => all.some((each) => gist(each) === gist(one));
  return {
    appeared: fresh.filter((each) => !has(old, each)),
    gone: old.filter((each) => !has(fresh, each)),
  };
}

/** Without its figures: a quota of which one more is in use is the same finding. */
function gist({ area, outcome, what }: Finding): string {
  return `${area} ${outcome} ${what.replaceAll(/\d+/g, '#')}`;
}

/** Each site's newest; those of other sites are left out. */
export function newestExaminations(
  sites: readonly string[],
  ...all: readonly (readonly Examination[])[]
): readonly Examination[] {
  const known = all.flat();
  return sites.flatMap((site) => {
    const [first, ...more] = known.filter((each) => each.site === site);
    return first === undefined ? [] : more.reduce((newest, each) => (each.atMs > newest.atMs ? each : newest), first);
  });
}
