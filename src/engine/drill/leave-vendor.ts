/** Leaves a vendor completely, stays away for the time that was set, and looks on meanwhile. Its way back is the drill's own. */
import { nothingWent } from '../../core/drill/conclude.ts';
import type { DrillCheckResult, DrillSample } from '../../model/drill-run.ts';
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
  const stop = await lookingOn(rehearsal, watcher, signal, (given) =>
    moveAllOff(rehearsal, { left, stayMs: exit.stayMs, signal: given }),
  );
  if (stop !== undefined) return stop;
  rehearsal.say(`nothing goes to ${exit.vendor} any more (${left.join(', ')}): it stays so`);
  const away = await readSample(rehearsal);
  for (const untilMonoMs = deps.clock.monoMs() + exit.stayMs; deps.clock.monoMs() < untilMonoMs; ) {
    const stop = await lookOnce(rehearsal, watcher, signal);
    if (stop !== undefined) return stop;
  }
  await recorder.write({
    kind: 'check',
    what: `${nothingWent} ${exit.vendor}`,
    ...(await whatWent(rehearsal, left, away)),
  });
  return undefined;
}

/** Since `away`: counts that began anew meanwhile say nothing of what was before. */
async function whatWent(
  rehearsal: Rehearsal,
  left: readonly string[],
  away: DrillSample | undefined,
): Promise<Pick<DrillCheckResult, 'holds' | 'detail'>> {
  const last = await readSample(rehearsal);
  if (away === undefined || last === undefined) return { holds: 'unknown', detail: 'the gateway was not seen' };
  const all = [away, ...rehearsal.samples.filter(({ atMs }) => away.atMs < atMs && atMs < last.atMs), last];
  const went = left.filter((site) =>
    all.some((each, at) => attemptsAt(each, site) > attemptsAt(all[at - 1] ?? each, site)),
  );
  if (went.length > 0) return { holds: 'no', detail: `some went to ${went.join(', ')}` };
  const isAnew = all.some((each, at) => {
    const before = all[at - 1] ?? each;
    return each.ended < before.ended || left.some((site) => attemptsAt(each, site) < attemptsAt(before, site));
  });
  if (isAnew) return { holds: 'unknown', detail: 'the gateway was started anew: its counts began again' };
  return { holds: 'yes', detail: left.join(', ') };
}

async function moveAllOff(rehearsal: Rehearsal, leaving: Leaving): Promise<Stop | undefined> {
  for (const site of leaving.left) {
    const stop = await moveOff(rehearsal, site, leaving);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

/**
 * What is seen while it is done belongs to the record: seconds that nobody saw would prove nothing. What would end the drill ends
 * this too, and nothing is begun after that.
 */
async function lookingOn(
  rehearsal: Rehearsal,
  watcher: Watcher,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Stop | undefined>,
): Promise<Stop | undefined> {
  const [isDone, isEnough] = [new AbortController(), new AbortController()];
  const isOver = AbortSignal.any([signal, isDone.signal]);
  const look = async (): Promise<Stop | undefined> => {
    let stop: Stop | undefined;
    while (stop === undefined && !isDone.signal.aborted)
      stop = await lookOnce(rehearsal, { ...watcher, tick: () => watcher.tick(isOver) }, signal);
    return stop;
  };
  const [seen, done] = await Promise.allSettled([
    look().finally(() => isEnough.abort()),
    work(AbortSignal.any([signal, isEnough.signal])).finally(() => isDone.abort()),
  ]);
  for (const each of [seen, done]) {
    if (each.status === 'rejected') throw each.reason;
    if (each.value !== undefined) return each.value;
  }
  return undefined;
}

async function lookOnce(rehearsal: Rehearsal, watcher: Watcher, signal: AbortSignal): Promise<Stop | undefined> {
  const stop = await turn(rehearsal, watcher, undefined, { sinceMs: 0, signal });
  if (stop !== undefined) return stop;
  const limit = limitOf(rehearsal);
  return limit === undefined ? undefined : { why: limit };
}

function attemptsAt({ sites }: DrillSample, site: string): number {
  return sites.find((each) => each.site === site)?.attempts ?? 0;
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
