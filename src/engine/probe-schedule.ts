/** Sends each replica's probes when they are due and keeps a bounded history of what came back. */
import type { Deployment } from '../model/deployment.ts';
import type { Observation } from '../model/observation.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Replica } from '../model/replica.ts';
import type { ProbeCount } from '../model/tally.ts';
import { callWithin } from './call-within.ts';
import type { EngineDeps } from './engine.ts';

/** Observations kept per replica boot and probe: more than any window needs at one a second. */
const historyLimit = 128;

interface Line {
  replica: Replica;
  readonly spec: ProbeSpec;
  readonly history: Observation[];
  dueAtMonoMs: number;
  isUnderWay: boolean;
}

export interface ProbeSchedule {
  /**
   * Starts every probe that is due, and the completions of hurried sites whatever their interval says; resolves when the
   * ones it started are answered.
   */
  sendDue(replicas: readonly Replica[], signal: AbortSignal, hurried?: readonly string[]): Promise<void>;
  /** Answers so far, of all lines. */
  count(): number;
  /** The same by site, probe and outcome. */
  answers(): readonly ProbeCount[];
  /** Oldest first; empty for a boot that was never probed. */
  historyOf(replica: Replica, spec: ProbeSpec): readonly Observation[];
}

/** Each replica starts at a random point of the probe's interval, so that probes do not come in bursts. */
export function createProbeSchedule(deps: EngineDeps, deployment: Deployment): ProbeSchedule {
  const { clock, random, probe } = deps;
  const lines = new Map<string, Line>();
  const answers = new Map<string, ProbeCount>();
  let count = 0;

  const send = async (line: Line, signal: AbortSignal): Promise<void> => {
    line.isUnderWay = true;
    line.dueAtMonoMs = clock.monoMs() + line.spec.everyMs;
    const { spec, replica } = line;
    // The probe keeps its own time-out; this one only stands behind a probe that forgets it.
    const end = await callWithin(clock, spec.timeoutMs + 1000, signal, (call) => probe.check(spec, replica, call));
    line.isUnderWay = false;
    const answer = end.kind === 'answered' ? end.value : unseen(replica, spec, end.error.message);
    line.history.push(answer);
    trim(line.history);
    count += 1;
    tally(answers, answer);
  };

  const unseen = (replica: Replica, spec: ProbeSpec, detail: string): Observation => ({
    deployment: deployment.name,
    site: replica.site,
    replica: replica.id,
    bootId: replica.bootId,
    probe: spec.name,
    plane: 'data',
    vantage: deps.actor.host,
    atMs: clock.nowMs(),
    outcome: 'unknown',
    reason: 'CannotSee',
    detail,
  });

  const align = (replicas: readonly Replica[]): void => {
    const wanted = new Map<string, { replica: Replica; spec: ProbeSpec }>();
    for (const replica of replicas) {
      for (const spec of deployment.probes) wanted.set(keyOf(replica, spec), { replica, spec });
    }
    for (const key of lines.keys()) if (!wanted.has(key)) lines.delete(key);
    for (const [key, { replica, spec }] of wanted) {
      const line = lines.get(key);
      if (line === undefined) {
        const dueAtMonoMs = clock.monoMs() + Math.floor(random.next() * Math.min(spec.everyMs, 1000));
        lines.set(key, { replica, spec, history: [], dueAtMonoMs, isUnderWay: false });
      } else {
        // The same line, not a copy: a probe under way holds on to it.
        line.replica = replica;
      }
    }
  };

  return {
    async sendDue(replicas, signal, hurried = []) {
      align(replicas.filter(canBeProbed));
      const nowMs = clock.monoMs();
      const isDue = ({ dueAtMonoMs, spec, replica }: Line): boolean =>
        dueAtMonoMs <= nowMs || (spec.kind === 'completion' && hurried.includes(replica.site));
      const due = [...lines.values()].filter((line) => !line.isUnderWay && isDue(line));
      await Promise.all(due.map((line) => send(line, signal)));
    },
    count: () => count,
    answers: () => [...answers.values()],
    historyOf: (replica, spec) => lines.get(keyOf(replica, spec))?.history ?? [],
  };
}

function tally(answers: Map<string, ProbeCount>, { site, probe, outcome }: Observation): void {
  const key = `${site}\n${probe}\n${outcome}`;
  answers.set(key, { site, probe, outcome, count: (answers.get(key)?.count ?? 0) + 1 });
}

/** The first good answer stays, however old: it is what tells "no longer" from "not yet". */
function trim(history: Observation[]): void {
  if (history.length <= historyLimit) return;
  const first = history.findIndex(({ outcome }) => outcome === 'good');
  const kept = first >= 0 && first < history.length - historyLimit ? history[first] : undefined;
  history.splice(0, history.length - historyLimit);
  if (kept !== undefined) history.unshift(kept);
}

/** A replica the provider calls gone is still probed: its silence is the second plane of evidence. */
function canBeProbed(replica: Replica): boolean {
  return replica.url !== undefined && replica.state !== 'stopped' && replica.state !== 'stopping';
}

function keyOf(replica: Replica, spec: ProbeSpec): string {
  return `${replica.id}\n${replica.bootId}\n${spec.name}`;
}
