/** Leaves a vendor completely, stays away for the time that was set, and looks on meanwhile. Its way back is the drill's own. */
import { nothingWent } from '../../core/drill/conclude.ts';
import type { Wish } from '../../model/wish.ts';
import { carryOut } from '../carry-out.ts';
import { createReading } from '../reading.ts';
import { intend } from './faults.ts';
import { type Rehearsal, sitesLeft } from './rehearsal.ts';
import { readSample } from './sample.ts';
import { reasonOf, takenBy } from './taken.ts';
import { limitOf, type Stop, turn } from './turn.ts';
import type { Watcher } from './watch-turn.ts';

/** How long one move may take, in milliseconds. */
const moveWithinMs = 600_000;
/** Beyond the stay: whoever does not come back in this has the traffic come back by itself. Milliseconds. */
const returnsAfterMs = 1_800_000;
const readTimeoutMs = 2000;

/** Undefined: it stayed away as long as it was to. */
export async function leaveVendor(
  rehearsal: Rehearsal,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<Stop | undefined> {
  const { deps, drill, recorder } = rehearsal;
  const { exit } = drill;
  if (exit === undefined) return { why: 'it names no vendor to leave' };
  await recorder.write({ kind: 'stage', stage: 'fault' });
  const left = sitesLeft(rehearsal);
  const stop = await lookingOn(watcher, () => moveAllOff(rehearsal, { left, stayMs: exit.stayMs, signal }));
  if (stop !== undefined) return stop;
  rehearsal.say(`nothing goes to ${exit.vendor} any more (${left.join(', ')}): it stays so`);
  const away = await readSample(rehearsal);
  for (const untilMonoMs = deps.clock.monoMs() + exit.stayMs; deps.clock.monoMs() < untilMonoMs; ) {
    const stop = await turn(rehearsal, watcher, undefined, { sinceMs: 0, signal });
    if (stop !== undefined) return stop;
    const limit = limitOf(rehearsal);
    if (limit !== undefined) return { why: limit };
  }
  const after = await readSample(rehearsal);
  const went = left.filter((site) => attemptsAt(after, site) !== attemptsAt(away, site));
  const isSeen = away !== undefined && after !== undefined;
  await recorder.write({
    ...{ kind: 'check', what: `${nothingWent} ${exit.vendor}` },
    holds: !isSeen ? 'unknown' : went.length === 0 ? 'yes' : 'no',
    detail: !isSeen
      ? 'the gateway was not seen'
      : went.length === 0
        ? left.join(', ')
        : `some went to ${went.join(', ')}`,
  });
  return undefined;
}

async function moveAllOff(rehearsal: Rehearsal, leaving: Leaving): Promise<Stop | undefined> {
  for (const site of leaving.left) {
    const stop = await moveOff(rehearsal, site, leaving);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

/** What is seen while it is done belongs to the record: seconds that nobody saw would prove nothing. */
async function lookingOn<T>(watcher: Watcher, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) await watcher.tick(over.signal);
  };
  const [done] = await Promise.all([work().finally(() => over.abort()), look()]);
  return done;
}

function attemptsAt(sample: Rehearsal['samples'][number] | undefined, site: string): number | undefined {
  return sample?.sites.find((each) => each.site === site)?.attempts;
}

interface Leaving {
  readonly left: readonly string[];
  readonly stayMs: number;
  readonly signal: AbortSignal;
}

/** For a time: should nobody be there to bring it back, it comes back by itself. */
async function moveOff(
  rehearsal: Rehearsal,
  site: string,
  { left, stayMs, signal }: Leaving,
): Promise<Stop | undefined> {
  const { deps, drill } = rehearsal;
  const sample = await readSample(rehearsal);
  if (sample === undefined) return { why: 'the gateway is not seen' };
  if ((sample.weights[site] ?? 0) === 0) return undefined;
  const to = await targetBeside(rehearsal, left);
  if (to === undefined) return { why: `no site beside ${left.join(', ')} is ready` };
  await intend(rehearsal, 0);
  const wish: Wish = {
    ...{ deployment: drill.deployment, kind: 'shift', from: site, to, yields: true, mayWake: true },
    ...{ forMs: stayMs + returnsAfterMs, reason: reasonOf(rehearsal, `leaves ${drill.exit?.vendor}`) },
  };
  const end = await carryOut(deps, wish, { timeoutMs: moveWithinMs }, signal);
  if (end.kind === 'ended' && end.operation.state === 'done') {
    rehearsal.say(`${end.operation.id} ${site} to ${to} done`);
    return undefined;
  }
  if (end.kind === 'refused') return { why: end.reasons.map(({ code, message }) => `${code}: ${message}`).join('; ') };
  // Where it stands is looked at, and given back, once it has ended.
  if (signal.aborted) return { why: 'interrupted' };
  const taken = await takenBy(rehearsal);
  if (taken !== undefined) return { why: taken, isTaken: true };
  return {
    why: end.kind === 'ended' ? `${end.operation.id} ended as ${end.operation.state}` : `the move is ${end.kind}`,
  };
}

/** The first in the gateway's own order of proven sites; else the first that is configured. */
async function targetBeside({ deps, drill }: Rehearsal, left: readonly string[]): Promise<string | undefined> {
  const reading = createReading(deps.clock, readTimeoutMs);
  const route = await reading(undefined, (call) => deps.traffic.read(drill.deployment, call));
  const spill = route.kind === 'seen' ? (route.value?.spill ?? []).map(({ site }) => site) : [];
  const deployment = deps.config.deployments.find(({ name }) => name === drill.deployment);
  const all = [...spill, ...(deployment?.placements ?? []).map(({ site }) => site)];
  return all.find((site) => !left.includes(site));
}
