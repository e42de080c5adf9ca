/** A gateway that only keeps the table: refuses older epochs and route versions, and can be told to misbehave. */
import { acceptEntry } from '../../../src/core/routing/accept-entry.ts';
import type { Fault as DrillFault, EndedFault } from '../../../src/model/fault.ts';
import type { Reply, Seen } from '../../../src/model/outcome.ts';
import { type Pin, pinnedCode } from '../../../src/model/pin.ts';
import type { ProviderError } from '../../../src/model/provider-error.ts';
import type { RouteEntry, Weights } from '../../../src/model/route.ts';
import type { DeploymentTraffic, SiteTraffic } from '../../../src/model/traffic-stats.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Fault } from './fake-cloud.ts';
import type { Drilled } from './process.ts';

export interface FakeSink extends Drilled {
  entry: RouteEntry | undefined;
  epoch: number;
  /** Every entry it took, in order. */
  readonly accepted: RouteEntry[];
  /** Every stamp and write that arrived. */
  readonly asked: { readonly verb: 'stamp' | 'write'; readonly call: WriteCall }[];
  readonly mishaps: Fault[];
  /** What a drill does to its traffic. */
  drilled: readonly DrillFault[];
  /** What it did before. */
  undone: readonly EndedFault[];
  /** Runs that were lifted, and why: they are not armed again. */
  readonly ended: Map<string, string>;
  /** Why it was undone, each time. */
  readonly lifted: string[];
  /** What its users' requests came to so far. */
  counted: () => Partial<DeploymentTraffic>;
  /** While set it takes nothing: as a process that is not there. */
  absent: ProviderError | undefined;
  /** While set a person keeps the weights as they are. */
  pinned: Pin | undefined;
  /** While set it cannot be read. */
  blind: ProviderError | undefined;
  /** What its statistics show, by site; nothing unless told. */
  readonly stats: Record<string, Partial<SiteTraffic>>;
  /** The weights it had, one entry for each change. */
  history(): readonly Weights[];
}

const never = <T>(): Promise<T> => new Promise(() => undefined);
const stale: ProviderError = { class: 'conflict', code: 'Stale', message: 'older than what was seen' };

const busy: ProviderError = { class: 'conflict', code: 'Busy', message: 'another run breaks something' };

export const gatewayAbsent: ProviderError = {
  class: 'transient',
  code: 'GatewayAbsent',
  message: 'no gateway answers',
};

export function createFakeSink(clock: Clock, sites: readonly string[]): FakeSink {
  const answer = async (effect: () => ProviderError | undefined): Promise<Reply<void>> => {
    const fault = sink.mishaps.shift();
    if (fault === 'throw') throw new Error('the socket broke');
    if (fault === 'lose-request') return await never();
    const refused = sink.absent ?? (typeof fault === 'object' ? fault.refuse : undefined) ?? effect();
    if (fault === 'lose-reply') return await never();
    return refused === undefined ? { kind: 'done', value: undefined } : { kind: 'refused', error: refused };
  };
  const seen = <T>(value: T): Seen<T> => {
    const error = sink.absent ?? sink.blind;
    return error === undefined ? { kind: 'seen', value, asOfMs: clock.nowMs() } : { kind: 'unknown', error };
  };
  const end = (is: (fault: DrillFault) => boolean, because: string): void => {
    const ended = sink.drilled.filter(is).map((fault) => ({ ...fault, endedAtMs: clock.nowMs(), because }));
    sink.undone = [...sink.undone, ...ended];
    sink.drilled = sink.drilled.filter((fault) => !is(fault));
  };
  const sink: FakeSink = {
    atomicUnit: 'vector',
    entry: undefined,
    epoch: 0,
    accepted: [],
    asked: [],
    mishaps: [],
    drilled: [],
    undone: [],
    ended: new Map(),
    lifted: [],
    counted: () => ({}),
    absent: undefined,
    pinned: undefined,
    blind: undefined,
    stats: {},
    history: () =>
      sink.accepted.map(({ weights }) => weights).filter((each, at, all) => at === 0 || !isSame(each, all[at - 1])),
    stamp(_deployment, call) {
      sink.asked.push({ verb: 'stamp', call });
      return answer(() => {
        if (call.epoch < sink.epoch) return stale;
        sink.epoch = call.epoch;
        return undefined;
      });
    },
    write(entry, call) {
      sink.asked.push({ verb: 'write', call });
      return answer(() => {
        if (entry.epoch < sink.epoch || entry.routeVersion < (sink.entry?.routeVersion ?? 0)) return stale;
        const verdict = acceptEntry(undefined, entry, sink.entry, sink.pinned);
        if (verdict.kind === 'refused' && verdict.code === 'pinned')
          return { class: 'conflict', code: pinnedCode, message: verdict.message };
        sink.epoch = entry.epoch;
        sink.entry = entry;
        sink.accepted.push(entry);
        return undefined;
      });
    },
    faults: async () => {
      const nowMs = clock.nowMs();
      end(({ untilMs }) => untilMs <= nowMs, 'nobody armed it again in time');
      return seen({ inForce: sink.drilled, ended: sink.undone });
    },
    async arm(request) {
      const because = sink.ended.get(request.run);
      if (because !== undefined) return { kind: 'refused', error: { ...busy, code: 'Lifted', message: because } };
      const other = sink.drilled.find(({ run }) => run !== request.run);
      if (other !== undefined) return { kind: 'refused', error: busy };
      const armedAtMs = clock.nowMs();
      const fault: DrillFault = { ...request, armedAtMs, untilMs: armedAtMs + request.forMs };
      const reply = await answer(() => {
        sink.drilled = [...sink.drilled.filter(({ site }) => site !== request.site), fault];
        return undefined;
      });
      return reply.kind === 'done' ? { kind: 'done', value: fault } : reply;
    },
    lift: (_deployment, { because, run }) =>
      answer(() => {
        const meant = sink.drilled.filter((fault) => run === undefined || fault.run === run);
        if (meant.length > 0) sink.lifted.push(because);
        for (const each of meant) sink.ended.set(each.run, because);
        end((fault) => meant.includes(fault), because);
        return undefined;
      }),
    read: async () => seen(sink.entry),
    traffic: async () => seen(trafficOf(sink, sites)),
  };
  return sink;
}

function isSame(one: Weights, other: Weights | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function trafficOf(sink: FakeSink, sites: readonly string[]): DeploymentTraffic {
  const counted = sink.counted();
  return {
    ...{ deployment: 'chat', epoch: sink.epoch, routeVersion: sink.entry?.routeVersion ?? 0 },
    ...{ requests: 0, ok: 0, failed: 0, cut: 0, gaveUp: 0, retried: 0, held: 0, ...counted },
    requests: counted.requests ?? (counted.ok ?? 0) + (counted.failed ?? 0) + (counted.cut ?? 0),
    sites: sites.map(
      (site): SiteTraffic => ({
        ...{ site, windowMs: 5000, attempts: 0, failures: 0, late: 0, firstTokenP50Ms: 10, firstTokenP95Ms: 20 },
        ...{ attemptsTotal: 0, failuresTotal: 0, finishedTotal: 0, cutTotal: 0, inFlight: 0, replicas: [] },
        ...sink.stats[site],
      }),
    ),
  };
}
