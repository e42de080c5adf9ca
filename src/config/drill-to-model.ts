/** Turns one of `drills` into the model. */
import { assert } from '../errors.ts';
import type { Claim, Drill, PlannedFault } from '../model/drill.ts';
import { faultKinds } from '../model/fault.ts';
import { parseClaim } from './claim.ts';
import type { Part } from './part.ts';

/** `given`: with every default. */
export function drillOf(name: string, given: Part): Drill {
  return {
    name,
    title: given.get('title').maybeText,
    deployment: given.get('deployment').text,
    faults: given
      .get('fault')
      .items.map(faultOf)
      .sort((a, b) => a.atMs - b.atMs),
    hypothesis: given.get('hypothesis').texts.map(claimOf),
  };
}

/** One item of a drill's `fault`. */
export function faultOf(given: Part): PlannedFault {
  const type = given.get('type').text;
  const kind = faultKinds.find((each) => each === type);
  assert(kind !== undefined, `the schema lets no fault ${type} through`);
  return {
    kind,
    site: given.get('site').text,
    sharePct: given.get('share').percent,
    atMs: given.get('at').ms,
    forMs: given.get('for').ms,
  };
}

function claimOf(text: string): Claim {
  const end = parseClaim(text);
  assert(end.kind === 'claim', 'the schema lets only claims through');
  return end.claim;
}
