/** What a controller found when it looked at its sites as `godwit doctor` does. */
import { newestExaminations } from '../core/examination.ts';
import type { Config } from '../model/config.ts';
import type { Examination } from '../model/doctor.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Store } from '../ports/store.ts';

/** What was found last at each site, by this process. */
export interface ExaminationBook {
  all(): readonly Examination[];
  put(examination: Examination): void;
}

export function createExaminationBook(): ExaminationBook {
  const bySite = new Map<string, Examination>();
  return {
    all: () => [...bySite.values()],
    put: (examination) => void bySite.set(examination.site, examination),
  };
}

/** What it takes to remember. */
interface Remembering {
  readonly config: Config;
  readonly store: Store;
  readonly examined?: ExaminationBook;
}

/**
 * Of the deployment's sites; undefined: the configuration wants none of it. What an earlier process found is kept until this
 * one has looked itself, also where this one never does: a typed command that leads must not forget it.
 */
export function rememberExaminations(
  { config, store, examined }: Remembering,
  deployment: string,
): (() => Promise<Pick<Snapshot, 'examined'>>) | undefined {
  if (config.doctor === undefined) return undefined;
  const placed = config.deployments.find(({ name }) => name === deployment)?.placements ?? [];
  const sites = placed.map(({ site }) => site);
  let kept: readonly Examination[] | undefined;
  return async () => {
    kept ??= (await store.snapshots.get(deployment))?.examined ?? [];
    const found = newestExaminations(sites, kept, examined?.all() ?? []);
    return found.length === 0 ? {} : { examined: found };
  };
}
