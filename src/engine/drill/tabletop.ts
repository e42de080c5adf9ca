/** A drill that is talked through: what automation would do now is looked up, and nothing is touched. */
import { failoverReadiness } from '../failover-readiness.ts';
import { createReading } from '../reading.ts';
import { type Rehearsal, sitesLeft } from './rehearsal.ts';

const readTimeoutMs = 2000;

/** What people would ask each other, with what is known now. Rejects when it cannot be written down. */
export async function talkThrough(rehearsal: Rehearsal): Promise<void> {
  const { deps, drill, recorder, say } = rehearsal;
  const lines: string[] = [];
  const snapshot = await deps.store.snapshots.get(drill.deployment);
  const hit = [...new Set([...drill.faults.map(({ site }) => site), ...sitesLeft(rehearsal)])];
  if (snapshot === undefined) lines.push('no controller has seen the deployment: nobody would decide (godwit run)');
  else {
    const { view } = snapshot;
    const reading = createReading(deps.clock, readTimeoutMs);
    const route = await reading(undefined, (call) => deps.traffic.read(drill.deployment, call));
    const { to, isTargetReady, reasons } = failoverReadiness({ ...view, route }, deps.clock.nowMs());
    const goes = to === undefined ? 'nowhere' : `to ${to}, ${isTargetReady ? 'ready now' : 'which has nothing ready'}`;
    lines.push(`were ${hit.join(', ')} lost now, automation would go ${goes}`);
    if (to !== undefined && hit.includes(to))
      lines.push(`${to} is lost in this drill too: it would have to go elsewhere`);
    lines.push(...reasons.map(({ code, message }) => `in its way: ${code}: ${message}`));
  }
  lines.push(...drill.hypothesis.map(({ text }) => `to be talked about: ${text}`));
  for (const line of lines) {
    say(line);
    await recorder.write({ kind: 'note', text: line, by: undefined });
  }
}
