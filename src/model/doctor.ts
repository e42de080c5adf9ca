/** What was looked at before a bad night, and how each thing was found. */

/** What may be looked at alone, in the order of the report. */
export const doctorAreas = [
  'config',
  'store',
  'controller',
  'traffic',
  'access',
  'excess',
  'parts',
  'quota',
  'clock',
  'drain',
] as const;
export type DoctorArea = (typeof doctorAreas)[number];

/** `unknown`: it was asked for and not seen, which is neither of the others. */
export type FindingOutcome = 'ok' | 'bad' | 'unknown';

export interface Finding {
  readonly area: DoctorArea;
  readonly outcome: FindingOutcome;
  /** A site, a deployment, a file; empty: all of it. */
  readonly where: string;
  /** How it is, with the values seen. */
  readonly what: string;
  /** What was said by whoever was asked. */
  readonly why?: string;
  /** A sentence or a command. */
  readonly todo?: string;
  /** Credentials or rights are the matter. */
  readonly isAccess?: true;
}

/** What nobody there can be asked: said each time, and no finding. */
export interface NotAsked {
  readonly area: DoctorArea;
  readonly where: string;
  readonly why: string;
}

export interface DoctorReport {
  readonly findings: readonly Finding[];
  readonly notAsked: readonly NotAsked[];
}

/** What the controller found when it last looked at a site as `godwit doctor` does; what is well is not kept. */
export interface Examination {
  readonly site: string;
  /** When it ended, epoch milliseconds. */
  readonly atMs: number;
  /** Bad and unknown ones, at most `mostKept`. */
  readonly findings: readonly Finding[];
}

const needed: ReadonlySet<DoctorArea> = new Set(['access', 'parts', 'quota', 'clock']);

/**
 * What speaks against starting anything there, by that look; undefined: nothing that was found. It may be hours old: it is
 * evidence for people, who see its age, and no rule of automation reads it. A start that is asked for all the same is refused
 * by the provider itself, and that is what a block remembers.
 */
export function unstartable({ findings }: Examination): Finding | undefined {
  return findings.find(({ area, outcome }) => outcome === 'bad' && needed.has(area));
}

/** More findings of one site are not kept. */
export const mostKept = 32;

/** Whether a controller could write its state, as far as looking shows. */
export type StoreOutlook =
  | { readonly kind: 'whole'; readonly path: string; readonly entries: number; readonly freeBytes: number | undefined }
  | { readonly kind: 'none-yet'; readonly dir: string; readonly freeBytes: number | undefined }
  | { readonly kind: 'unusable'; readonly path: string; readonly why: string; readonly todo: string };

/** How many replicas a deployment still lacks at a site; `lacking` undefined: what runs there is not seen. */
export interface Demand {
  readonly deployment: string;
  readonly wanted: number;
  readonly lacking: number | undefined;
  /** Machines that are there, stopped ones too, are fewer than wanted: new ones have to be made. */
  readonly needsNew: boolean;
}
