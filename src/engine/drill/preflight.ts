/** Before anything is broken: what must hold is looked at and written down, and what is to be the same afterwards is noted. */
import type { DrillCheckResult, Footing } from '../../model/drill-run.ts';
import type { LoadSecond } from '../../model/load.ts';
import { span } from '../../model/words.ts';
import type { DrillRecords } from '../../ports/drill-records.ts';
import { createReading } from '../reading.ts';
import { checkDrill } from './check.ts';
import { rehearseUndo } from './faults.ts';
import { readFooting } from './footing.ts';
import { type DrillTerms, operationsOf, type Rehearsal } from './rehearsal.ts';
import type { SiteFaults } from './site-faults.ts';
import { type Stop, turn } from './turn.ts';
import { type Watcher, whatDoesNotHold } from './watch-turn.ts';

/** One question to a site's provider, in milliseconds. */
const askTimeoutMs = 10_000;
/** Earlier runs of any deployment that are looked through, the newest first: a year of daily ones. */
const mostPast = 400;
/** Of the requests of the steady state, so many may be lost all the same: clients leave, 0–1. */
const steadyLostRatio = 0.01;

/** Undefined: it may not begin; what stands in the way is on record. */
export async function preflight(
  rehearsal: Rehearsal,
  { records }: Pick<DrillTerms, 'records'>,
  signal: AbortSignal,
): Promise<Footing | undefined> {
  const { deps, drill, recorder } = rehearsal;
  await recorder.write({ kind: 'stage', stage: 'preflight' });
  const { against, to } = await checkDrill(deps, drill, signal);
  const checks: DrillCheckResult[] = against.map(({ code, message }) => ({ what: code, holds: 'no', detail: message }));
  checks.push(...(await leftBehind(rehearsal, records)));
  const footing = await readFooting(rehearsal);
  if (footing.kind === 'unknown')
    checks.push({ what: 'what stands where', holds: 'unknown', detail: footing.error.message });
  if (to !== undefined) checks.push(...(await checkStandby(rehearsal, to, signal)));
  if (checks.length === 0)
    checks.push({
      what: 'nothing stands in the way',
      holds: 'yes',
      detail: `automation would go to ${to ?? 'nowhere'}`,
    });
  await recorder.write(...checks.map((check) => ({ kind: 'check', ...check }) as const));
  if (footing.kind === 'unknown' || checks.some(({ holds }) => holds === 'no')) return undefined;
  await recorder.write({ kind: 'footing', when: 'before', footing: footing.value });
  return footing.value;
}

/** Runs without an end: what they did may still be done. Who lives is told apart by whoever reads the gateway. */
async function leftBehind(
  { id, drill: { deployment } }: Rehearsal,
  records: DrillRecords,
): Promise<readonly DrillCheckResult[]> {
  const found: DrillCheckResult[] = [];
  for (const run of (await records.list()).filter((each) => each !== id).slice(0, mostPast)) {
    const [first, ...rest] = (await records.read(run))?.entries ?? [];
    if (first?.body.kind !== 'begin' || first.body.drill.deployment !== deployment) continue;
    if (rest.some(({ body }) => body.kind === 'end')) continue;
    found.push({
      what: `${run} has no end`,
      holds: 'no',
      detail: `it goes on, or its process died: godwit drill undo ${run}`,
    });
  }
  return found;
}

/** The standby's credentials and quota: a cloud that cannot be asked does not keep a drill from it, but it is on record. */
async function checkStandby(
  { deps }: Rehearsal,
  site: string,
  signal: AbortSignal,
): Promise<readonly DrillCheckResult[]> {
  const provider = deps.providers.get(site);
  const checkAccess = provider?.checkAccess?.bind(provider);
  if (checkAccess === undefined) return [];
  const seen = await createReading(deps.clock, askTimeoutMs)(signal, (call) => checkAccess(call));
  if (seen.kind === 'unknown')
    return [{ what: `credentials at ${site}`, holds: 'unknown', detail: seen.error.message }];
  const denied = seen.value.permissions.filter(({ granted }) => granted === 'no').map(({ name }) => name);
  const tight = seen.value.quotas.filter(({ limit, used, perReplica }) => limit - used < perReplica);
  return [
    {
      what: `credentials at ${site}`,
      holds: denied.length === 0 ? 'yes' : 'no',
      detail: denied.length === 0 ? 'nothing that is needed is denied' : `not allowed: ${denied.join(', ')}`,
    },
    // What stands ready there needs no more of it; what would have to be started does.
    ...tight.map(
      ({ name, limit, used }): DrillCheckResult => ({
        ...{
          what: `quota at ${site}`,
          holds: 'unknown',
          detail: `${name}: ${used} of ${limit} used, no room for one more`,
        },
      }),
    ),
  ];
}

/** Every fault is shown to be undone before one is inflicted. Why not; undefined: it is. */
export async function rehearseAll(
  rehearsal: Rehearsal,
  siteFaults: SiteFaults,
  signal: AbortSignal,
): Promise<Stop | undefined> {
  await rehearsal.recorder.write({ kind: 'stage', stage: 'rehearse' });
  const trouble = (await rehearseUndo(rehearsal, signal)) ?? (await siteFaults.rehearse(signal));
  if (trouble !== undefined) return { why: trouble };
  rehearsal.say('rehearsed: what it breaks can be undone');
  return undefined;
}

/** Requests come, none is lost already, and what the drill requires holds. */
export async function steady(rehearsal: Rehearsal, watcher: Watcher, signal: AbortSignal): Promise<Stop | undefined> {
  const { deps, drill, samples, recorder } = rehearsal;
  await recorder.write({ kind: 'stage', stage: 'steady' });
  const untilMonoMs = deps.clock.monoMs() + drill.steadyState.observeMs;
  while (deps.clock.monoMs() < untilMonoMs) {
    const stop = await turn(rehearsal, watcher, undefined, { sinceMs: -1, signal });
    if (stop !== undefined) return stop;
  }
  await watcher.look();
  const unanswered = whyUnanswered(rehearsal.loadSeconds);
  if (unanswered !== undefined) return { why: `not steady: ${unanswered}` };
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last) return { why: 'the gateway’s counts are not seen' };
  const [ended, lost] = [last.ended - first.ended, last.lost - first.lost];
  if (ended === 0) return { why: `no request came in ${span(last.atMs - first.atMs)}: nothing could be lost` };
  if (lost > ended * steadyLostRatio) return { why: `not steady: ${lost} of ${ended} requests were lost` };
  // What began since it was looked for: nothing is broken on top of that, and it is nothing that the drill may take back.
  const [begun] = await operationsOf(rehearsal);
  if (begun !== undefined) return { why: `not steady: ${begun.id} (${begun.plan.kind}) is ${begun.state}` };
  const missing = whatDoesNotHold(rehearsal, drill.steadyState.require);
  if (missing !== undefined) return { why: `not steady: ${missing}` };
  rehearsal.say(`steady: ${ended} requests, ${lost === 0 ? 'none' : lost} lost`);
  return undefined;
}

/** Of the requests of the load, so many may come to nothing before anything is broken, 0–1: what it asks is made up. */
const unansweredRatio = 0.2;

/** A model server that refuses what it is asked has answered, as the gateway counts, and a drill under such a load proves nothing. */
function whyUnanswered(seconds: readonly LoadSecond[]): string | undefined {
  const ok = seconds.reduce((sum, each) => sum + each.ok, 0);
  const bad = seconds.reduce((sum, { failed, cut }) => sum + failed + cut, 0);
  if (bad <= (ok + bad) * unansweredRatio) return undefined;
  const statuses = new Set(seconds.flatMap((each) => Object.keys(each.statuses)).filter((status) => status !== '200'));
  const why = [...statuses].map((status) => (status === '0' ? 'no answer' : `status ${status}`)).join(', ');
  return `${bad} of ${ok + bad} requests of the load came to nothing${why === '' ? '' : ` (${why})`}`;
}
