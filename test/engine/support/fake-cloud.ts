/** A small cloud, one session per site: keeps a ledger by idempotency key and can be told to misbehave. */
import type { Notice } from '../../../src/model/notice.ts';
import type { Reply, Seen } from '../../../src/model/outcome.ts';
import type { ProviderError } from '../../../src/model/provider-error.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { ListPace, Provider } from '../../../src/ports/provider.ts';

/**
 * `pass`: none, the next one is for a later request. `lose-reply`: it happens, the answer never comes. `lose-request`: neither.
 * A start that is granted and then fails: what it made is listed as gone (`gone`), or never (`nothing`). `anew`: what the
 * key made is gone, and is made once more.
 */
export type Fault =
  | 'pass'
  | 'lose-reply'
  | 'lose-request'
  | 'throw'
  | 'gone'
  | 'nothing'
  | 'anew'
  | { readonly refuse: ProviderError };

export interface Made {
  readonly key: string;
  readonly operationId: string;
  readonly slot: number;
  readonly id: string;
}

export interface FakeCloud extends Provider {
  readonly site: string;
  /** Everything that exists, as it really is. */
  readonly replicas: Map<string, Replica>;
  /** Instances really made, whatever was answered. */
  readonly made: Made[];
  /** Every request to start or stop that arrived, with the call it carried. */
  readonly asked: { readonly verb: 'start' | 'stop'; readonly call: WriteCall; readonly slot: number }[];
  /** Taken one by one by the next requests. */
  readonly faults: Fault[];
  /** Answers every request until it is unset. */
  refusal: ProviderError | undefined;
  /** While set, the list cannot be seen. */
  listError: ProviderError | undefined;
  /** A new instance is not listed for this long; also what the session says of itself. */
  listLagMs: number;
  /** What the session says of itself. */
  listPace: ListPace;
  /** What it announces; undefined: the list of notices cannot be seen. */
  told: readonly Notice[] | undefined;
  /** Reads of it. */
  noticeReads: number;
  /** Lists that were asked for. */
  lists: number;
  noticeEveryMs: number;
  /** Boots that were told to hang, and not to go on since. */
  readonly hung: Set<string>;
  /** What was told to a boot, whatever came of it: `hang boot-left-1`. */
  readonly disturbed: string[];
  /** Answers what boots are told, one after the other. */
  readonly disturbFaults: ('pass' | 'unknown' | 'refused' | 'never')[];
  /** From start to answering. */
  bootMs: number;
  /** Puts an instance there that runs since long ago. */
  plant(slot: number): Replica;
  /** The process behind the slot dies. */
  crash(slot: number): void;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

export function createFakeCloud(site: string, clock: Clock): FakeCloud {
  let count = 0;
  const make = (slot: number, startKey: string, startedAtMs: number): Replica => {
    count += 1;
    const id = `${site}-${count}`;
    const url = `http://${id}`;
    const replica: Replica = {
      ...{ id, slot, site, url, startKey, startedAtMs, deployment: 'chat', state: 'running', billed: 'yes' },
      bootId: `boot-${id}`,
    };
    cloud.replicas.set(id, replica);
    return replica;
  };
  /** Applies what the next fault leaves of a request. */
  const answer = async <T>(effect: (fault: Fault | undefined) => T): Promise<Reply<T>> => {
    const fault = cloud.faults.shift();
    if (fault === 'throw') throw new Error('the session broke');
    if (fault === 'lose-request') return await never();
    const refused = cloud.refusal ?? (typeof fault === 'object' ? fault.refuse : undefined);
    if (refused !== undefined) return { kind: 'refused', error: refused };
    const value = effect(fault);
    return fault === 'lose-reply' ? await never() : { kind: 'done', value };
  };
  const cloud: FakeCloud = {
    site,
    replicas: new Map(),
    made: [],
    asked: [],
    faults: [],
    refusal: undefined,
    listError: undefined,
    listLagMs: 0,
    listPace: { calmMs: 0, urgentMs: 0 },
    told: [],
    noticeReads: 0,
    hung: new Set(),
    disturbed: [],
    disturbFaults: [],
    noticeEveryMs: 1000,
    lists: 0,
    bootMs: 100,
    plant: (slot) => make(slot, 'planted', clock.nowMs() - 600_000),
    crash(slot) {
      const found = [...cloud.replicas.values()].find((each) => each.slot === slot && each.state === 'running');
      if (found !== undefined) cloud.replicas.set(found.id, { ...found, state: 'gone', billed: 'no' });
    },
    async list(): Promise<Seen<readonly Replica[]>> {
      cloud.lists += 1;
      if (cloud.listError !== undefined) return { kind: 'unknown', error: cloud.listError };
      const old = ({ startedAtMs }: Replica): boolean => clock.nowMs() - startedAtMs >= cloud.listLagMs;
      return { kind: 'seen', value: [...cloud.replicas.values()].filter(old), asOfMs: clock.nowMs() };
    },
    async notices(): Promise<Seen<readonly Notice[]>> {
      cloud.noticeReads += 1;
      if (cloud.told !== undefined) return { kind: 'seen', value: cloud.told, asOfMs: clock.nowMs() };
      return { kind: 'unknown', error: { class: 'throttled', code: '429', message: 'too many calls' } };
    },
    start(request, call) {
      cloud.asked.push({ verb: 'start', call, slot: request.slot });
      return answer((fault) => {
        const known = [...cloud.replicas.values()].find(({ startKey }) => startKey === call.idempotencyKey);
        if (known !== undefined && fault !== 'anew') return known;
        const replica = make(request.slot, call.idempotencyKey, clock.nowMs());
        const { idempotencyKey: key, operationId } = call;
        cloud.made.push({ key, operationId, slot: request.slot, id: replica.id });
        if (fault === 'gone') cloud.replicas.set(replica.id, { ...replica, state: 'gone', billed: 'yes' });
        if (fault === 'nothing') cloud.replicas.delete(replica.id);
        return replica;
      });
    },
    stop(replica, how, call) {
      cloud.asked.push({ verb: 'stop', call, slot: replica.slot });
      return answer(() => {
        cloud.replicas.set(replica.id, { ...replica, state: how === 'delete' ? 'gone' : 'stopped', billed: 'no' });
      });
    },
    async disturb({ bootId }, how) {
      cloud.disturbed.push(`${how} ${bootId}`);
      const fault = cloud.disturbFaults.shift() ?? 'pass';
      if (fault === 'never') return await never();
      if (fault !== 'pass')
        return { kind: fault, error: { class: 'unknown', code: 'Odd', message: `it was ${fault}` } };
      const found = [...cloud.replicas.values()].find((each) => each.bootId === bootId);
      if (how === 'hang') cloud.hung.add(bootId);
      else cloud.hung.delete(bootId);
      if (how === 'kill' && found !== undefined) cloud.crash(found.slot);
      return { kind: 'done', value: undefined };
    },
    async close() {},
  };
  return cloud;
}

/** That a machine of the deployment `chat` is taken back, at any moment unless told otherwise. */
export function preemptionOf({ id }: Pick<Replica, 'id'>, change: Partial<Notice> = {}): Notice {
  const base = { kind: 'preemption', code: 'marked-for-termination', message: 'a spot machine is taken back' } as const;
  return { ...base, replicaId: id, deployment: 'chat', ...change };
}
