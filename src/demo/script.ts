/** The demo's story: three sites under load, the active one breaks, traffic moves, and back when it is whole again. */

import { GodwitError } from '../errors.ts';
import type { Event } from '../model/event.ts';
import type { OperationKind } from '../model/operation.ts';
import { breakReplicas, type DemoFault, mendReplicas } from './faults.ts';
import { countRecords, type LoadCounts, recoveryMs } from './record.ts';
import type { DemoLoad, DemoWorld } from './world.ts';

export interface DemoTerms {
  readonly fault: DemoFault;
  /** The load goes on at least this long, milliseconds. */
  readonly durationMs: number | undefined;
  readonly onEvent: (event: Event) => void;
  /** One line for people about what the script does. */
  readonly say: (line: string) => void;
  /** What is going on now, several times a second: for a line that is redrawn. */
  readonly live: (line: string) => void;
}

/** `undefined`: not seen. Times in milliseconds. */
export interface DemoResult extends LoadCounts {
  readonly outcome: 'recovered' | 'not-recovered' | 'interrupted';
  readonly detectionMs: number | undefined;
  readonly decisionMs: number | undefined;
  readonly recoveryMs: number | undefined;
  readonly retried: number;
  readonly hasFailedBack: boolean;
}

const startLimitMs = 60_000;
const steadyMs = 3000;
const failoverLimitMs = 30_000;
const failbackLimitMs = 40_000;
const pollMs = 50;
/** A whole answer of the load takes the demo's servers this long, milliseconds. */
const generationMs = 270;
const load = { requestsPerSecond: 40, streamShare: 0.4, maxTokens: 24, timeoutMs: 20_000 };

/** Runs the story once. What was measured is complete also when the signal cut it short. */
export async function runDemo(world: DemoWorld, terms: DemoTerms, signal: AbortSignal): Promise<DemoResult> {
  const { fault, say } = terms;
  const watch = createWatch();
  const stop = new AbortController();
  const controller = world.runController(
    (event) => {
      watch.take(event);
      terms.onEvent(event);
    },
    AbortSignal.any([signal, stop.signal]),
  );
  try {
    await until(() => watch.hasEnded('start') !== undefined, startLimitMs, signal, 'the sites did not come up');
    await serves(world, signal);
    say(
      `three sites are ready; load: ${load.requestsPerSecond} requests a second, ${load.streamShare * 100} % of them streams`,
    );
    const running = world.startLoad(load);
    const living = liveView(world, running, terms, stop.signal);
    let faultAtMs = Number.NaN;
    let faultAtLoadMs = Number.NaN;
    const recovered = (): number | undefined =>
      recoveryMs(running.records(), faultAtLoadMs, {
        streamMs: world.firstTokenLimitMs,
        plainMs: 2 * (world.firstTokenLimitMs + generationMs),
      });
    try {
      const startedMs = performance.now();
      await pass(steadyMs, signal);
      const broken = (await world.replicas()).filter(({ site }) => site === world.activeSite);
      say(`fault: ${fault} on all ${broken.length} replicas of ${world.activeSite}`);
      faultAtMs = Date.now();
      faultAtLoadMs = performance.now();
      await breakReplicas(broken, fault);
      await until(
        () => watch.hasEnded('failover') !== undefined && recovered() !== undefined,
        failoverLimitMs,
        signal,
        undefined,
      );
      await mendReplicas(broken, fault);
      if (watch.hasEnded('failover') === 'done') {
        say(`${world.activeSite} is mended; traffic goes back when it has been healthy for a while`);
        await until(() => watch.hasEnded('failback') !== undefined, failbackLimitMs, signal, undefined);
      }
      await pass((terms.durationMs ?? 0) - (performance.now() - startedMs), signal);
    } finally {
      await running.stop();
      stop.abort();
      await living;
    }
    const recovery = recovered();
    const times = watch.times(faultAtMs);
    const isRecovered = recovery !== undefined && watch.hasEnded('failover') === 'done';
    return {
      ...countRecords(running.records()),
      ...times,
      outcome: signal.aborted ? 'interrupted' : isRecovered ? 'recovered' : 'not-recovered',
      recoveryMs: recovery === undefined ? undefined : Math.round(recovery),
      retried: await world.retried(),
      hasFailedBack: watch.hasEnded('failback') === 'done',
    };
  } finally {
    stop.abort();
    await controller;
  }
}

const liveEveryMs = 250;

/** Until the story is over. */
async function liveView(world: DemoWorld, running: DemoLoad, terms: DemoTerms, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { requests, streams } = countRecords(running.records());
    const ok = requests.ok + streams.finished;
    const failed = requests.failed + streams.failed;
    terms.live(`${ok} answered, ${failed} failed, ${streams.cut} cut; traffic: ${await world.split()}`);
    await pass(liveEveryMs, signal);
  }
}

/** Notes what the controller says of itself. */
function createWatch() {
  const ended = new Map<OperationKind, string>();
  let detectedAtMs: number | undefined;
  let decidedAtMs: number | undefined;
  return {
    take(event: Event): void {
      if (event.type === 'decision' && event.decision.diagnosis.actionable) detectedAtMs ??= event.atMs;
      if (event.type !== 'operation') return;
      const { plan, endedAtMs, state } = event.operation;
      if (plan.kind === 'failover') decidedAtMs ??= event.atMs;
      if (endedAtMs !== undefined) ended.set(plan.kind, state);
    },
    hasEnded: (kind: OperationKind): string | undefined => ended.get(kind),
    times(faultAtMs: number) {
      // Acting on the very view that made it actionable counts as detected then.
      const seenAtMs = detectedAtMs ?? decidedAtMs;
      return {
        detectionMs: seenAtMs === undefined ? undefined : Math.max(0, seenAtMs - faultAtMs),
        decisionMs:
          seenAtMs === undefined || decidedAtMs === undefined ? undefined : Math.max(0, decidedAtMs - seenAtMs),
      };
    },
  };
}

/** Waits for a condition. Past the limit: goes on, or fails when there is something to say. */
async function until(
  isSo: () => boolean,
  limitMs: number,
  signal: AbortSignal,
  failure: string | undefined,
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!isSo() && !signal.aborted) {
    if (performance.now() >= deadlineMs) {
      if (failure === undefined) return;
      throw new GodwitError('OperationFailed', `${failure} within ${limitMs / 1000} s`);
    }
    await pass(pollMs, signal);
  }
}

async function serves(world: DemoWorld, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify({ model: world.model, max_tokens: 1, messages: [{ role: 'user', content: 'hello' }] });
  const ask = async (): Promise<boolean> =>
    (await fetch(`${world.gatewayUrl}/v1/chat/completions`, { method: 'POST', body, signal })).ok;
  for (let tries = 0; tries < 100 && !signal.aborted; tries += 1) {
    const isOk = await ask().catch((error: unknown) => {
      // The gateway may still be starting; a second later it is there or the run fails for a better reason.
      if (error instanceof Error) return false;
      throw error;
    });
    if (isOk) return;
    await pass(pollMs, signal);
  }
}

/** Cut short by the signal, which every caller looks at. */
function pass(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
