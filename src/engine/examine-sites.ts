/** Looks at each site once in a while as `godwit doctor` does, beside the loops: one at a time, and none that is being changed. */
import { examinationOf, examineAfterMs, findingChanges, newestExaminations } from '../core/examination.ts';
import { messageOf } from '../errors.ts';
import type { Examination } from '../model/doctor.ts';
import type { Site } from '../model/site.ts';
import { examineSite } from './doctor.ts';
import type { EngineDeps } from './engine.ts';
import type { ExaminationBook } from './examination-book.ts';

/** A site that is being changed is looked at this much later, in milliseconds. */
const busyWaitMs = 30_000;
/** While a site is looked at: how often it is asked whether something has begun there, in milliseconds. */
const busyPollMs = 1000;
const mostOpen = 100;

export interface ExamineTerms {
  readonly everyMs: number;
  readonly book: ExaminationBook;
  /** Whether this process watches the deployment. */
  leads(deployment: string): boolean;
}

/** Until the signal fires. Never rejects: what fails here is told, and tried again in its time. */
export async function examineSites(deps: EngineDeps, terms: ExamineTerms, signal: AbortSignal): Promise<void> {
  const { clock, config, random } = deps;
  const { everyMs } = terms;
  const later = (isFirst: boolean): number => clock.monoMs() + examineAfterMs(everyMs, isFirst, random.next());
  const due = new Map(config.sites.map((site) => [site, later(true)]));
  while (!signal.aborted) {
    const [next] = [...due].toSorted(([, a], [, b]) => a - b);
    if (next === undefined) return;
    const [site, atMonoMs] = next;
    const isOver = await clock.sleep(Math.max(0, atMonoMs - clock.monoMs()), signal).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    const end = await examineIfIdle(deps, terms, site, signal);
    due.set(site, end === 'busy' ? clock.monoMs() + Math.min(busyWaitMs, everyMs) : later(false));
  }
}

async function examineIfIdle(
  deps: EngineDeps,
  { book, leads }: ExamineTerms,
  site: Site,
  signal: AbortSignal,
): Promise<'looked' | 'busy'> {
  const placed = placedAt(deps, site);
  const led = placed.filter(leads);
  // Whoever watches them looks at it.
  if (led.length === 0) return 'looked';
  try {
    if (await isBusy(deps, placed)) return 'busy';
    const examination = await lookUndisturbed(deps, site, placed, signal);
    if (examination === undefined) return 'busy';
    const before = await lastExamination(deps, book, site, led);
    book.put(examination);
    tell(deps, led, before, examination);
  } catch (thrown) {
    const message = `doctor could not look at ${site.name}: ${messageOf(thrown)}`;
    for (const deployment of led)
      deps.reporter.report({ type: 'warning', message, deployment, atMs: deps.clock.nowMs() });
  }
  return 'looked';
}

function placedAt({ config }: EngineDeps, { name }: Site): readonly string[] {
  return config.deployments
    .filter(({ placements }) => placements.some(({ site }) => site === name))
    .map((deployment) => deployment.name);
}

/** Whoever leads it: another process too. One that is held changes nothing. */
async function isBusy({ store }: EngineDeps, deployments: readonly string[]): Promise<boolean> {
  const open = await store.operations.list({ open: true, limit: mostOpen });
  return open.some(({ plan, state }) => deployments.includes(plan.deployment) && state !== 'held');
}

/** Undefined when something began there meanwhile: its calls come first, and what was seen half is not kept. */
async function lookUndisturbed(
  deps: EngineDeps,
  site: Site,
  placed: readonly string[],
  signal: AbortSignal,
): Promise<Examination | undefined> {
  const { clock, config, providers } = deps;
  const [disturbed, done] = [new AbortController(), new AbortController()];
  const over = AbortSignal.any([signal, disturbed.signal]);
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted && !over.aborted) {
      await clock.sleep(busyPollMs, AbortSignal.any([done.signal, over])).catch(() => undefined);
      if (!done.signal.aborted && !over.aborted && (await isBusy(deps, placed))) disturbed.abort();
    }
  };
  const watching = watch();
  const look = examineSite({ config, clock, sessions: providers }, site, over).finally(() => done.abort());
  // A store that cannot be asked whether something began there ends the look: it would go on beside the next one.
  const asking = watching.catch((thrown: unknown) => {
    disturbed.abort();
    throw thrown;
  });
  const [{ findings }] = await Promise.all([look, asking]);
  return over.aborted ? undefined : examinationOf(site.name, findings, clock.nowMs());
}

/** By this process, or by the one before it: what it told is not told again. */
async function lastExamination(
  { store }: EngineDeps,
  book: ExaminationBook,
  { name }: Site,
  led: readonly string[],
): Promise<Examination | undefined> {
  const known = book.all().find(({ site }) => site === name);
  if (known !== undefined) return known;
  const stored = await Promise.all(led.map((deployment) => store.snapshots.get(deployment)));
  return newestExaminations([name], ...stored.map((each) => each?.examined ?? []))[0];
}

function tell(
  { reporter }: EngineDeps,
  led: readonly string[],
  before: Examination | undefined,
  now: Examination,
): void {
  const { appeared, gone } = findingChanges(before, now);
  const changes = [
    ...appeared.map((finding) => ({ state: 'appeared', finding }) as const),
    ...gone.map((finding) => ({ state: 'gone', finding }) as const),
  ];
  for (const deployment of led)
    for (const change of changes)
      reporter.report({ type: 'finding', site: now.site, ...change, deployment, atMs: now.atMs });
}
