/** What a run came to. Computed from its record alone, so that whoever has the record can compute it again. */
import type { Drill } from '../../model/drill.ts';
import type { ClaimVerdict, DrillDraft, DrillEnd } from '../../model/drill-run.ts';
import { judgeClaim } from './evaluate.ts';
import { factsOf, type Story } from './facts.ts';
import { phasesOf } from './phases.ts';
import { storyOf } from './story.ts';

/** How a check of a drill that leaves a vendor begins: whether it was really left. */
export const nothingWent = 'no request went to';

/** What is told of a controller that died meanwhile: what it left undone says nothing of automation. */
export const nobodyDecided = 'nobody decided to the end of it';

/** What does not follow from the entries before the end. */
export type Given = Pick<DrillEnd, 'by' | 'cutShort' | 'undo'>;

/** `given`: absent, it is what the record's own end says. */
export function conclude(entries: readonly DrillDraft[], given?: Given): DrillEnd {
  const recorded = entries.flatMap(({ body }) => (body.kind === 'end' ? [body.end] : []))[0];
  const told = given ?? recorded ?? { by: 'watchdog', cutShort: 'its end is not on record', undo: 'unknown' };
  return concludeStory(storyOf(entries), told);
}

/** The same of a record that was read. */
export function concludeStory(story: Story, { by, cutShort, undo }: Given): DrillEnd {
  const facts = factsOf(story);
  const isBroken = story.faultAtMs !== undefined;
  // Of one that ended before its time nothing is claimed.
  const claims: readonly ClaimVerdict[] =
    !isBroken || cutShort !== undefined
      ? []
      : story.drill.hypothesis.map((claim) => ({ claim, ...judgeClaim(claim, facts) }));
  const judged = judge(story, { by, cutShort, undo }, { claims, missing: facts.missing });
  // What went wrong after the faults is told whatever the verdict is: whoever ran it must know what is left.
  const left = story.checks
    .filter(({ holds, atMs }) => holds !== 'yes' && atMs >= (story.faultAtMs ?? Number.POSITIVE_INFINITY))
    .map(({ what, detail }) => `${what}: ${detail}`);
  return {
    ...{ verdict: judged.verdict, because: [...judged.because, ...left] },
    ...{ claims, phases: phasesOf(story), undo, cutShort, by },
  };
}

type Judged = Pick<DrillEnd, 'verdict' | 'because'>;

function judge(
  story: Story,
  { by, cutShort, undo }: Given,
  { claims, missing }: { readonly claims: readonly ClaimVerdict[]; readonly missing: readonly string[] },
): Judged {
  const { drill, faultAtMs, checks } = story;
  if (by === 'watchdog') return { verdict: 'interrupted', because: cutShort === undefined ? [] : [cutShort] };
  if (drill.kind === 'tabletop') {
    const talked = 'it was talked through: nothing was touched, and nothing measured';
    return { verdict: 'inconclusive', because: cutShort === undefined ? [talked] : [talked, cutShort] };
  }
  if (faultAtMs === undefined) {
    const against = checks.filter(({ holds }) => holds !== 'yes').map(({ what, detail }) => `${what}: ${detail}`);
    return { verdict: 'not-started', because: cutShort === undefined ? against : [cutShort, ...against] };
  }
  if (cutShort !== undefined) return { verdict: 'aborted', because: [cutShort] };
  const stayed = drill.exit === undefined ? undefined : stayedAway(story);
  if (stayed !== undefined) return stayed;
  const missed = missedFaults(drill, story);
  if (missed.length > 0) return { verdict: 'inconclusive', because: missed };
  if (undo === 'unknown') return { verdict: 'inconclusive', because: ['it is not known whether the fault is undone'] };
  const judged = judgeClaims(claims, missing);
  // What is not so is not so, whoever decided. What was found is told among the checks.
  const isLed = judged.verdict === 'failed' || !checks.some(({ what }) => what === nobodyDecided);
  return isLed ? judged : { verdict: 'inconclusive', because: [] };
}

/** A vendor that was not really left proves nothing, whatever users saw. Undefined: it was. */
function stayedAway({ checks }: Story): Judged | undefined {
  const found = checks.find(({ what }) => what.startsWith(nothingWent));
  if (found?.holds === 'yes') return undefined;
  // What was found is told among the checks.
  const because = found === undefined ? ['it is not known whether the vendor was left'] : [];
  return { verdict: found?.holds === 'no' ? 'failed' : 'inconclusive', because };
}

/** What was measured counts only when all that was planned was in force. */
function missedFaults({ faults }: Drill, { actions }: Story): readonly string[] {
  return faults.flatMap(({ kind, site }, index) =>
    actions.some(({ what, fault, state }) => what === 'inflict' && fault === index && state === 'done')
      ? []
      : [`the fault at ${site} was never seen in force (${kind})`],
  );
}

function judgeClaims(claims: readonly ClaimVerdict[], missing: readonly string[]): Judged {
  const broken = claims.filter(({ holds }) => holds === 'no');
  if (broken.length > 0) return { verdict: 'failed', because: broken.map(({ claim }) => `not so: ${claim.text}`) };
  if (claims.length === 0) return { verdict: 'inconclusive', because: ['it claims nothing: hypothesis is empty'] };
  const unknown = claims.filter(({ holds }) => holds === 'unknown');
  if (unknown.length === 0) return { verdict: 'passed', because: [] };
  const because = missing.length > 0 ? missing : unknown.map(({ claim }) => `not measured: ${claim.text}`);
  return { verdict: 'inconclusive', because };
}
