/** Rules of what must have been seen before automation moves anything. */
import { span } from '../../model/words.ts';
import { areIndependent } from '../readiness.ts';
import { type Rule, targetsOf } from './case.ts';

/** Everything bad at once: it is likelier that the observer is cut off (I10). */
export const brake: Rule = ({ diagnosis }) =>
  diagnosis.code === 'TooManyFailing' ? [{ code: 'TooManyFailing', message: diagnosis.message }] : [];

/** Fresh, of more than one plane, and for long enough (I9). */
export const enoughEvidence: Rule = ({ view, diagnosis, action, nowMs }) => {
  if (action.kind !== 'failover') return [];
  const source = diagnosis.sites.find(({ site }) => site === action.from);
  if (source === undefined) return [];
  const { detector } = view.deployment.failover;
  if (nowMs - source.asOfMs > detector.staleAfterMs)
    return [
      {
        code: 'EvidenceStale',
        message: `newest evidence is ${span(nowMs - source.asOfMs)} old, stale after ${span(detector.staleAfterMs)}`,
      },
    ];
  const dueAtMs = source.sinceMs + detector.failAfterMs;
  if (!source.actionable) {
    // The other planes are slower than the probes; what they have not said by then they will not say.
    const untilMs = dueAtMs + detector.staleAfterMs;
    return [{ code: 'OnePlaneOnly', site: source.site, message: source.message, untilMs }];
  }
  if (nowMs < dueAtMs)
    return [
      {
        code: 'NotUnhealthyLongEnough',
        site: source.site,
        message: `bad for ${span(nowMs - source.sinceMs)} of ${span(detector.failAfterMs)}`,
        untilMs: dueAtMs,
      },
    ];
  return [];
};

/** What took the source down may take its neighbour. */
export const independence: Rule = ({ view, action }) => {
  const source = view.sites.find(({ site }) => site.name === action.from);
  if (source === undefined || action.kind !== 'failover') return [];
  return targetsOf(view, action)
    .filter((target) => !areIndependent(source, target))
    .map((target) => ({
      code: 'NoIndependentTarget',
      site: target.site.name,
      message: `${target.site.name} shares a failure domain with ${source.site.name}`,
    }));
};
