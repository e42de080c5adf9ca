/** One site of a deployment as this process sees it: what its lists showed, and what probes say of each replica. */
import { detect, type StartUp } from '../core/detect/detect.ts';
import { prove } from '../core/detect/prove.ts';
import { leaveLeadMs, leavingNotice } from '../core/leaving.ts';
import { earlierList, type Listed, mergeListing, noteList } from '../core/listing.ts';
import { isListed, isPast } from '../core/readiness.ts';
import { assert } from '../errors.ts';
import type { Condition, Proof } from '../model/condition.ts';
import type { Deployment, Placement } from '../model/deployment.ts';
import type { Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import type { ListPace, Provider } from '../ports/provider.ts';
import type { EngineDeps } from './engine.ts';
import { type NoticeWatch, noticeWatchOf } from './notice-watch.ts';
import { createPoll, type Poll } from './poll.ts';
import type { ProbeSchedule } from './probe-schedule.ts';
import type { Reading } from './reading.ts';

export interface WatchedSite {
  readonly name: string;
  /** The provider's list, asked again and again. */
  readonly list: Poll<readonly Replica[]>;
  /** What the provider announces, asked again and again; undefined: it announces nothing. */
  readonly notices: NoticeWatch | undefined;
  /** Whether a watcher should ask for the list: it is old for its provider's pace, or something there is not as it should be. */
  isDue(): boolean;
  /** Reads the provider's list now. */
  read(signal: AbortSignal | undefined): Promise<Seen<readonly Replica[]>>;
  /** What is worth a probe. */
  replicas(): readonly Replica[];
  view(route: View['route'], atMs: number): SiteView;
}

export interface WatchTerms {
  readonly deps: EngineDeps;
  readonly deployment: Deployment;
  readonly placement: Placement;
  readonly schedule: ProbeSchedule;
  readonly reading: Reading;
}

const never = new AbortController().signal;
const atEveryLook: ListPace = { calmMs: 0, urgentMs: 0 };

/** Asserts that the site and its provider's session exist. */
export function watchSite({ deps, deployment, placement, schedule, reading }: WatchTerms): WatchedSite {
  const name = placement.site;
  const site = deps.config.sites.find((each) => each.name === name);
  const provider = deps.providers.get(name);
  assert(site !== undefined, `deployment ${deployment.name} names the unknown site ${name}`);
  assert(provider !== undefined, `no provider session for site ${name}`);
  const { listLagMs, listPace = atEveryLook } = provider;
  const traits = traitsOf(provider);
  const notices = noticeWatchOf(provider, deps.clock, reading);
  let listed: readonly Listed[] = [];
  /** When the first list was seen, epoch milliseconds. */
  let listedSinceMs: number | undefined;
  let listedAtMs: readonly number[] = [];
  let askedAtMonoMs = Number.NEGATIVE_INFINITY;

  /** How long whoever asks now has to wait, in milliseconds: one who comes while others wait is after them. */
  const takeTurnMs = (): number => {
    const nowMonoMs = deps.clock.monoMs();
    askedAtMonoMs = Math.max(nowMonoMs, askedAtMonoMs + listPace.urgentMs);
    return askedAtMonoMs - nowMonoMs;
  };

  /** Whoever asked for it: what one list showed, the next one cannot make unseen. */
  const read = async (signal: AbortSignal | undefined): Promise<Seen<readonly Replica[]>> => {
    const waitMs = takeTurnMs();
    // Cut short by the signal, which the reading then sees.
    if (waitMs > 0) await deps.clock.sleep(waitMs, signal ?? never).catch(() => undefined);
    const seen = await reading(signal, (call) => provider.list({ deployment: deployment.name }, call));
    if (seen.kind === 'unknown') return seen;
    listedSinceMs ??= seen.asOfMs;
    listedAtMs = noteList(listedAtMs, seen.asOfMs, listLagMs);
    listed = mergeListing(listed, seen.value, seen.asOfMs, listLagMs);
    return seen;
  };
  const list = createPoll(() => read(undefined));
  const isLeaving = ({ id, state }: Replica): boolean =>
    state === 'running' &&
    leavingNotice(notices?.of(deployment.name), id, leaveLeadMs(deployment), deps.clock.nowMs()) !== undefined;
  return {
    name,
    list,
    notices,
    read,
    isDue() {
      const last = list.last();
      if (last.kind === 'unknown' || deps.clock.monoMs() - askedAtMonoMs >= listPace.calmMs) return true;
      // Until a list is as old as its lag nothing may be launched there: nobody should wait for the next one besides.
      const settledAtMs = (listedSinceMs ?? last.asOfMs) + listLagMs;
      if (last.asOfMs < settledAtMs && deps.clock.nowMs() >= settledAtMs) return true;
      return !listed.every(({ replica }) => isQuiet(deployment, schedule, replica) && !isLeaving(replica));
    },
    replicas() {
      const all = listed.map(({ replica }) => replica);
      return all.filter((replica) => !isPast(replica, all));
    },
    view(route, atMs) {
      const control = controlOf(list.last(), listedSinceMs ?? atMs, earlierList(listedAtMs, listLagMs));
      const replicas = listed.map(({ replica }) => {
        // What serves has started: a controller that comes new to it must not take its silence for loading.
        const timeoutMs = isListed(route, replica) ? 0 : placement.launch.startupTimeoutMs;
        return viewOf(deployment, schedule, replica, { startedAtMs: replica.startedAtMs, timeoutMs }, atMs);
      });
      return {
        ...{ site, placement, control, replicas, ...traits },
        ...(notices === undefined ? {} : { notices: notices.of(deployment.name) }),
      };
    },
  };
}

/** What a session says of its site once and for all. */
function traitsOf({ listLagMs, account, stopSlackMs, markets }: Provider) {
  return {
    listLagMs,
    ...(account === undefined ? {} : { account }),
    ...(stopSlackMs === undefined ? {} : { stopSlackMs }),
    ...(markets === undefined ? {} : { markets }),
  };
}

function controlOf(last: Seen<unknown>, sinceMs: number, earlierMs: number | undefined): SiteView['control'] {
  return last.kind === 'seen'
    ? { kind: last.kind, asOfMs: last.asOfMs, sinceMs, ...(earlierMs === undefined ? {} : { earlierMs }) }
    : { kind: last.kind, message: last.error.message };
}

/** Nothing is expected to change: it rests, or it runs and its last completion was good. */
function isQuiet({ probes }: Deployment, schedule: ProbeSchedule, replica: Replica): boolean {
  if (replica.state === 'stopped' || replica.state === 'gone') return true;
  const newest = probes
    .filter(({ kind }) => kind === 'completion')
    .map((spec) => schedule.historyOf(replica, spec).at(-1));
  return replica.state === 'running' && newest.every((last) => last?.outcome === 'good');
}

function viewOf(
  deployment: Deployment,
  schedule: ProbeSchedule,
  replica: Replica,
  startUp: StartUp,
  nowMs: number,
): ReplicaView {
  const conditions: Condition[] = [];
  let proof: Proof | undefined;
  for (const spec of deployment.probes) {
    const history = schedule.historyOf(replica, spec);
    if (history.length > 0) conditions.push(detect(history, spec, deployment.failover.detector, startUp, nowMs));
    if (spec.kind === 'completion') proof ??= prove(history, spec, replica);
  }
  return { replica, conditions, proof };
}
