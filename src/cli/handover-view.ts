/** Puts together what the next person on call must know, from what `status` sees of every deployment. Pure. */
import { unstartable } from '../model/doctor.ts';
import type { Operation } from '../model/operation.ts';
import { isInForce, type Standing } from '../model/standing.ts';
import { age } from '../model/words.ts';
import type { HandoverLine, HandoverView } from '../report/handover-view.ts';
import type { SiteRow, StatusView } from '../report/status-view.ts';
import { bySoonest, noticeText } from '../report/text/notice.ts';
import { reasonWord } from '../report/text/reason.ts';
import type { Sights } from './sights.ts';

/** How far risks look ahead, in milliseconds. */
const aheadMs = 2 * 3_600_000;
/** As many operations as one look reads: with all of them young there may be more. */
const mostRead = 20;

/** One deployment as it was seen. */
export interface Seen {
  readonly view: StatusView;
  readonly sights: Sights;
}

export function handoverView(
  environment: string,
  all: readonly Seen[],
  shift: { fromMs: number; atMs: number },
): HandoverView {
  const { fromMs, atMs } = shift;
  const changed = all.flatMap((each) => changedSince(each, fromMs));
  return {
    ...{ environment, fromMs, atMs },
    impact: all.map(({ view }) => ({ deployment: view.deployment, ...view.service })),
    changed: changed.toSorted((a, b) => b.openedAtMs - a.openedAtMs),
    isCut: all.some((each) => changedSince(each, fromMs).length >= mostRead),
    temporary: all.flatMap((each) => temporaryOf(each, atMs)),
    risks: all.flatMap((each) => lines(each, risksOf(each, atMs))),
    open: all.flatMap((each) => lines(each, questionsOf(each.view, changedSince(each, fromMs)))),
    unseen: all.flatMap((each) => lines(each, unseenOf(each.view))),
    runbooks: [...new Set(all.flatMap(({ view }) => view.runbook ?? []))],
  };
}

function lines({ view: { deployment } }: Seen, texts: readonly string[]): readonly HandoverLine[] {
  return texts.map((text) => ({ deployment, text }));
}

function changedSince({ sights: { stored } }: Seen, fromMs: number): readonly Operation[] {
  if (stored.kind === 'unseen') return [];
  const { open, recent } = stored.value;
  const ended = recent.filter(({ openedAtMs, endedAtMs = openedAtMs }) => Math.max(openedAtMs, endedAtMs) >= fromMs);
  return open === undefined ? ended : [open, ...ended];
}

const temporaryKinds: ReadonlySet<Standing['kind']> = new Set(['pause', 'shift', 'out', 'scale', 'weights']);

/** What was acknowledged, unblocked or adopted is done, not temporary. */
function temporaryOf({ sights: { stored } }: Seen, atMs: number): readonly Standing[] {
  if (stored.kind === 'unseen') return [];
  return stored.value.standing.filter(
    (each) => temporaryKinds.has(each.kind) && (each.kind === 'shift' || isInForce(each, atMs)),
  );
}

function risksOf(seen: Seen, atMs: number): readonly string[] {
  const { view } = seen;
  const ends = temporaryOf(seen, atMs).flatMap((each) => endingSoon(each, atMs));
  return [
    ...nobodyWatches(view),
    ...drills(view),
    ...readinessRisks(view, atMs),
    ...announced(view, atMs),
    ...lossRisk(view),
    ...asleep(view),
    ...examined(view),
    ...ends,
  ];
}

function nobodyWatches({ controller }: StatusView): readonly string[] {
  return controller.kind === 'gone' ? ['no controller runs: nothing fails over by itself'] : [];
}

/** What one breaks now, and what one whose process is gone broke. */
function drills({ temporary = [] }: StatusView): readonly string[] {
  return temporary.flatMap(({ kind, what, end }) =>
    kind === 'drill' || kind === 'drill-left' ? [`${what}: ${end}`] : [],
  );
}

function readinessRisks({ failoverReady: { value, reasons } }: StatusView, atMs: number): readonly string[] {
  if (value === 'yes') return [];
  const why = reasons.map((reason) => reasonWord(reason, atMs)).join(', ');
  const head = value === 'no' ? 'no automatic failover now' : 'whether it could fail over is not known';
  return [why === '' ? head : `${head}: ${why}`];
}

/** What providers will do in this time, or may do at any moment. */
function announced({ sites }: StatusView, atMs: number): readonly string[] {
  return sites.flatMap(({ name, notices }) =>
    bySoonest(notices?.told ?? [])
      .filter((notice) => (notice.atMs ?? atMs) - atMs <= aheadMs)
      .map((notice) => `${name}: ${noticeText(notice, atMs)}`),
  );
}

/** Counted in replicas that are ready: what each can take is not known here. */
function lossRisk({ sites }: StatusView): readonly string[] {
  // A site that was not seen may be as good as any, or not there: neither is said.
  if (sites.some(({ ready, state }) => ready === undefined || state === 'unknown')) return [];
  const total = sites.reduce((sum, { ready = 0 }) => sum + ready, 0);
  const largest = sites.reduce<SiteRow | undefined>(
    (most, site) => (most === undefined || (site.ready ?? 0) > (most.ready ?? 0) ? site : most),
    undefined,
  );
  if (largest === undefined || total === 0) return ['no replica is ready anywhere'];
  const served = sites.filter(({ wantPct = 0 }) => wantPct > 0).reduce((sum, { ready = 0 }) => sum + ready, 0);
  const left = total - (largest.ready ?? 0);
  if (left === 0) return [`one more site loss exceeds capacity: only ${largest.name} has ready replicas`];
  return left < served ? [`loss of ${largest.name} leaves ${left} ready, ${served} serve now`] : [];
}

function asleep({ sites }: StatusView): readonly string[] {
  return sites
    .filter(({ standby, ready }) => standby !== 'hot' && ready === 0)
    .map(({ name, standby }) => `${name} is ${standby}: it must be started first`);
}

/** By the controller's own look, which may be hours old. */
function examined({ sites, atMs }: StatusView): readonly string[] {
  return sites.flatMap(({ name, examined: last }) => {
    if (last === undefined || last.findings.length === 0) return [];
    const when = `${age(Math.max(0, atMs - last.atMs))} ago`;
    const against = unstartable(last);
    if (against !== undefined) return [`${name} could start nothing ${when}: ${against.area}: ${against.what}`];
    const { length } = last.findings;
    const count = `${length} ${length === 1 ? 'finding' : 'findings'}`;
    return [`doctor, ${when}: ${count} at ${name} (godwit doctor --site ${name})`];
  });
}

function endingSoon(standing: Standing, atMs: number): readonly string[] {
  const { untilMs } = standing;
  if (untilMs === undefined || untilMs - atMs > aheadMs) return [];
  if (standing.kind === 'pause') return ['the pause ends in this time: automation is on again'];
  return standing.kind === 'shift'
    ? [`the time of ${standing.operationId} ends: traffic returns, if its origin is healthy`]
    : [];
}

function questionsOf({ sites }: StatusView, changed: readonly Operation[]): readonly string[] {
  const failing = sites.filter(({ state }) => state === 'failing').map(({ name }) => name);
  const left = changed.flatMap(({ plan }) => (plan.kind === 'failover' && plan.from !== undefined ? [plan.from] : []));
  const causes = [...new Set([...failing, ...left])].map((site) => `root cause at ${site}`);
  return [...causes, ...changed.flatMap(questionOf)];
}

function questionOf({ id, state }: Operation): readonly string[] {
  if (state === 'held') return [`${id} is held: resume it or return?`];
  if (state === 'unknown') return [`${id} ended unknown: what is in force?`];
  return state === 'failed' ? [`${id} failed: try again?`] : [];
}

function unseenOf({ sources, sites }: StatusView): readonly string[] {
  const unseen = Object.entries(sources).flatMap(([name, source]) => {
    if (source.kind === 'unseen') return [`${name}: ${source.why}`];
    return source.isStale ? [`${name}: what it says is old`] : [];
  });
  const unread = sites.flatMap(({ name, notices }) =>
    notices?.unseen === undefined ? [] : [`what is announced for ${name}: ${notices.unseen}`],
  );
  return [...unseen, ...unread];
}
