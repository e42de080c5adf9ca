/** Requests that run at `left` from when it has no weight, and a gateway that writes down what becomes of them. */
import type { DrainAccount, DrainedStream } from '../../../src/model/drained.ts';
import type { World } from './world.ts';

/** How long each runs from then on, in milliseconds; the drain begins after two and a half seconds when nothing dies. */
const lengthsMs = { short: 2900, middle: 4500, endless: Number.POSITIVE_INFINITY };

export interface Ledger {
  /** When each ended, epoch milliseconds; infinite for those that run. */
  endedAtMs(): ReadonlyMap<string, number>;
  /** How often a list was begun. */
  begins(): number;
}

export function keepLedger(world: World): Ledger {
  const { clock, sink } = world;
  let begun: { readonly operation: string; readonly atMs: number } | undefined;
  let begins = 0;
  let cutAtMs = Number.POSITIVE_INFINITY;
  let emptiedAtMs: number | undefined;
  const endOf = (lengthMs: number): number =>
    emptiedAtMs === undefined ? Number.POSITIVE_INFINITY : Math.min(emptiedAtMs + lengthMs, cutAtMs);
  const endedAtMs = (): ReadonlyMap<string, number> =>
    new Map(Object.entries(lengthsMs).map(([id, lengthMs]) => [id, endOf(lengthMs)]));
  const running = (): number => [...endedAtMs().values()].filter((atMs) => atMs > clock.nowMs()).length;
  const lineOf = (id: string, atMs: number): DrainedStream => {
    const end = atMs > clock.nowMs() ? 'running' : atMs === cutAtMs ? 'cut' : 'finished';
    return { ...{ id, replica: 'left-0', ageMs: 0, bytes: 0 }, end };
  };
  const write = sink.write.bind(sink);
  sink.write = async (entry, call) => {
    const reply = await write(entry, call);
    if (sink.entry?.weights['left'] === 0) emptiedAtMs ??= clock.nowMs();
    return reply;
  };
  sink.stats['left'] = {
    get inFlight() {
      return running();
    },
  };
  sink.drain = async (_deployment, _site, { operationId }) => {
    if (begun?.operation !== operationId) {
      begun = { operation: operationId, atMs: clock.nowMs() };
      begins += 1;
    }
    return { kind: 'done', value: undefined };
  };
  sink.drained = async (_deployment, site, operation) => {
    if (begun?.operation !== operation)
      return { kind: 'unknown', error: { class: 'invalid', code: 'NoList', message: 'no list of this drain' } };
    const { atMs } = begun;
    const streams = [...endedAtMs()].flatMap(([id, endMs]) => (endMs > atMs ? [lineOf(id, endMs)] : []));
    const counts = { cut: 0, running: 0, 'client-left': 0, failed: 0, moved: 0, finished: 0 };
    for (const { end } of streams) counts[end] += 1;
    const account: DrainAccount = { site, beganAtMs: atMs, counts, streams, more: 0 };
    return { kind: 'seen', value: account, asOfMs: clock.nowMs() };
  };
  sink.cut = async () => {
    const cut = running();
    cutAtMs = Math.min(cutAtMs, clock.nowMs());
    return { kind: 'done', value: { moved: 0, cut } };
  };
  return { endedAtMs, begins: () => begins };
}
