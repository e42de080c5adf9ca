/** What the next person on call must know, for machines. */
import type { HandoverView } from '../handover-view.ts';
import { iso } from '../text/time.ts';
import { operationJson } from './operation.ts';
import { standingJson } from './standing.ts';

/** Null is a gap for a person to fill. */
export function handoverJson(view: HandoverView) {
  const { environment, fromMs, atMs, impact, changed, isCut, temporary, risks, open, unseen } = view;
  return {
    ...{ environment, from: iso(fromMs), preparedAt: iso(atMs), impact, isCut },
    changed: changed.map(operationJson),
    temporary: temporary.map(standingJson),
    risks,
    open: open.map((each) => ({ ...each, owner: null })),
    ...{ unseen, nextCheck: null, dashboard: null, runbook: null },
  };
}
