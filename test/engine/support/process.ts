/** One process of godwit in a world: watches every changing call, and can be killed at any of them. */
import { setImmediate as turn } from 'node:timers/promises';
import type { EngineDeps } from '../../../src/engine/engine.ts';
import type { JournalDraft } from '../../../src/model/journal-entry.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { FaultDriver, TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import type { MemoryState } from '../../../src/store/memory.ts';

/**
 * What happens at the n-th append or changing call. `before`, `after`: the process is killed (`kill -9`, nothing runs on)
 * before it is made or after it took effect. `unanswered`: it takes effect and no answer ever comes; the process lives.
 */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after' | 'unanswered';
}

/** With a gateway that drills can break. */
export type DrilledDeps = EngineDeps & { readonly traffic: Drilled };

export interface Process {
  readonly deps: EngineDeps;
  isDead(): boolean;
  kill(): void;
  /** Appends and changing calls so far. */
  points(): number;
}

interface Watch {
  readonly state: MemoryState;
  readonly trace: string[];
  readonly violations: string[];
  readonly leaseMarginMs: number;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

export function createProcess(deps: DrilledDeps, watch: Watch, death?: Death): Process {
  let isDead = false;
  let points = 0;
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) return await never();
    const value = await work().catch(async (thrown: unknown) => (isDead ? await never<T>() : Promise.reject(thrown)));
    return isDead ? await never() : value;
  };
  const point = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    if (isDead) return await never();
    points += 1;
    const isTime = points === death?.at;
    if (isTime && death?.when === 'before') isDead = true;
    if (isDead) return await never();
    watch.trace.push(what);
    const reply = alive(work);
    if (isTime && death?.when === 'unanswered') return await never();
    if (isTime) {
      // The effect lands; whoever waits for the answer is gone.
      await turn();
      isDead = true;
    }
    return await alive(() => reply);
  };
  const checked = (verb: string, call: WriteCall): string => {
    checkLease(watch, deps.clock, verb, call);
    return `${verb} ${call.idempotencyKey}`;
  };
  return {
    deps: {
      ...deps,
      clock: {
        ...deps.clock,
        after: (ms, run) => deps.clock.after(ms, () => isDead || run()),
        sleep: (ms, signal) => alive(() => deps.clock.sleep(ms, signal)),
      },
      store: watchStore(deps.store, { alive, point }),
      traffic: watchTraffic(deps.traffic, { alive, point }, checked),
      providers: new Map(
        [...deps.providers].map(([site, provider]) => [site, watchProvider(provider, { alive, point }, checked)]),
      ),
      probe: { check: (spec, replica, call) => alive(() => deps.probe.check(spec, replica, call)) },
      reporter: { report: (event) => (isDead ? undefined : deps.reporter.report(event)) },
    },
    isDead: () => isDead,
    kill() {
      isDead = true;
    },
    points: () => points,
  };
}

interface Wrap {
  readonly alive: <T>(work: () => Promise<T>) => Promise<T>;
  readonly point: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

type Checked = (verb: string, call: WriteCall) => string;

/** I1: the caller holds the lease, and its call ends before the lease does. */
function checkLease({ state, violations, leaseMarginMs }: Watch, clock: Clock, verb: string, call: WriteCall): void {
  const row = state.leases.get('chat');
  const what = `${verb} ${call.idempotencyKey} at ${clock.monoMs()}`;
  if (row?.holderId === undefined || row.record.epoch !== call.epoch) {
    violations.push(`${what}: epoch ${call.epoch} holds no lease`);
    return;
  }
  const agoMs = clock.nowMs() - row.record.renewedAtMs;
  const usableUntilMonoMs = clock.monoMs() - agoMs + row.record.ttlMs - leaseMarginMs;
  if (call.deadlineAtMonoMs > usableUntilMonoMs)
    violations.push(`${what}: may run until ${call.deadlineAtMonoMs}, the lease only until ${usableUntilMonoMs}`);
}

function watchStore(store: Store, { alive, point }: Wrap): Store {
  const { lease, journal, operations, standing, blocks, snapshots, close } = store;
  return {
    lease: {
      acquire: (...given) => alive(() => lease.acquire(...given)),
      renew: (...given) => alive(() => lease.renew(...given)),
      release: (...given) => alive(() => lease.release(...given)),
      read: (...given) => alive(() => lease.read(...given)),
    },
    journal: {
      append: (drafts) => point(`append ${drafts.map(textOf).join(' + ')}`, () => journal.append(drafts)),
      head: () => alive(() => journal.head()),
      read: (query) => alive(() => journal.read(query)),
    },
    operations: {
      get: (id) => alive(() => operations.get(id)),
      list: (query) => alive(() => operations.list(query)),
      counts: (deployment) => alive(() => operations.counts(deployment)),
      revision: (deployment) => alive(() => operations.revision(deployment)),
      request: (request) => point(`request ${request.kind}`, () => operations.request(request)),
      nextRequest: (deployment) => alive(() => operations.nextRequest(deployment)),
      getRequest: (id) => alive(() => operations.getRequest(id)),
      answer: (id, answer) => point(`answer ${answer.kind}`, () => operations.answer(id, answer)),
    },
    standing: {
      list: (deployment) => alive(() => standing.list(deployment)),
      put: (draft, revision) => point(`put ${textOf(draft)}`, () => standing.put(draft, revision)),
    },
    blocks: {
      list: (nowMs) => alive(() => blocks.list(nowMs)),
      put: (given, nowMs) =>
        point(`block ${given.map(({ site, scope }) => `${site} ${scope}`).join(' + ')}`, () =>
          blocks.put(given, nowMs),
        ),
      clear: (given) => point(`unblock ${given.length}`, () => blocks.clear(given)),
    },
    snapshots: {
      put: (snapshot) => alive(() => snapshots.put(snapshot)),
      get: (deployment) => alive(() => snapshots.get(deployment)),
    },
    close: () => alive(close),
  };
}

/** A driver that can say what a drill does, and undo it. */
export type Drilled = TrafficDriver & Required<FaultDriver>;

function watchTraffic(traffic: Drilled, { alive, point }: Wrap, checked: Checked): Drilled {
  const { drain, drained, cut } = traffic;
  return {
    ...(drain === undefined
      ? {}
      : { drain: (deployment, site, call) => point(checked('drain', call), () => drain(deployment, site, call)) }),
    ...(drained === undefined
      ? {}
      : { drained: (deployment, site, id, call) => alive(() => drained(deployment, site, id, call)) }),
    ...(cut === undefined
      ? {}
      : { cut: (deployment, site, call) => point(checked('cut', call), () => cut(deployment, site, call)) }),
    atomicUnit: traffic.atomicUnit,
    stamp: (deployment, call) => point(checked('stamp', call), () => traffic.stamp(deployment, call)),
    write: (entry, call) => point(checked('write', call), () => traffic.write(entry, call)),
    read: (deployment, call) => alive(() => traffic.read(deployment, call)),
    traffic: (deployment, call) => alive(() => traffic.traffic(deployment, call)),
    faults: (deployment, call) => alive(() => traffic.faults(deployment, call)),
    arm: (request, call) => alive(() => traffic.arm(request, call)),
    lift: (deployment, because, call) => point('lift', () => traffic.lift(deployment, because, call)),
  };
}

function watchProvider(provider: Provider, { alive, point }: Wrap, checked: Checked): Provider {
  const offers = provider.offers?.bind(provider);
  const notices = provider.notices?.bind(provider);
  const disturb = provider.disturb?.bind(provider);
  return {
    get listLagMs() {
      return provider.listLagMs;
    },
    listPace: provider.listPace ?? { calmMs: 0, urgentMs: 0 },
    ...(provider.account === undefined ? {} : { account: provider.account }),
    ...(provider.markets === undefined ? {} : { markets: provider.markets }),
    ...(offers === undefined ? {} : { offers: (need, call) => alive(() => offers(need, call)) }),
    ...(disturb === undefined
      ? {}
      : { disturb: (boot, how, call) => point(`${how} ${boot.bootId}`, () => disturb(boot, how, call)) }),
    ...(notices === undefined ? {} : { notices: (call) => alive(() => notices(call)) }),
    ...(provider.noticeEveryMs === undefined ? {} : { noticeEveryMs: provider.noticeEveryMs }),
    list: (selector, call) => alive(() => provider.list(selector, call)),
    start: (request, call) => point(checked('start', call), () => provider.start(request, call)),
    stop: (replica, how, call) => point(checked('stop', call), () => provider.stop(replica, how, call)),
    close: () => alive(() => provider.close()),
  };
}

/** An entry in a few words, for reading a trace. */
function textOf({ body }: JournalDraft): string {
  switch (body.kind) {
    case 'lease':
      return `lease ${body.event}`;
    case 'decision':
      return `decision ${body.decision.kind}`;
    case 'operation':
      return `operation ${body.operation.plan.kind} ${body.operation.state}`;
    case 'step':
      return `step ${body.step}${body.part === undefined ? '' : `/${body.part}`} ${body.state}`;
    case 'route':
      return `route ${body.state}`;
    case 'standing':
      return `standing ${body.key} ${body.standing === undefined ? 'ended' : 'set'}`;
    case 'pin':
      return `pin ${body.pin.kind}`;
    case 'notice':
      return `notice ${body.notice.kind} of ${body.notice.replicaId}`;
    case 'note':
      return 'note';
  }
}
