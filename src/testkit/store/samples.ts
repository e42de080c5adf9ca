/** Values a store is filled with; each builder takes only what a case is about. */
import type { Deployment } from '../../model/deployment.ts';
import type { JournalBody, JournalDraft } from '../../model/journal-entry.ts';
import { limitOn } from '../../model/limits.ts';
import type { Actor, Operation, OperationRequest } from '../../model/operation.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { View } from '../../model/view.ts';

export const alice: Actor = { kind: 'person', name: 'alice', host: 'ops-1', pid: 11 };
/** The controller that writes. */
export const robot: Actor = { kind: 'controller', name: 'godwit', host: 'ops-2', pid: 22 };
const atMs = 1_700_000_000_000;

/** A draft of any body, under epoch 1 of `chat`. */
export function draftOf(body: JournalBody, given: Partial<JournalDraft> = {}): JournalDraft {
  return { deployment: 'chat', epoch: 1, by: robot, atMs, monoMs: 5000, ...given, body };
}

/** The shortest draft there is. */
export function leaseDraft(given: Partial<JournalDraft> = {}): JournalDraft {
  return draftOf({ kind: 'lease', event: 'taken' }, given);
}

/** A step of an operation that was reached, with a line of text that needs escaping. */
export function stepDraft(operationId: string, index: number, given: Partial<JournalDraft> = {}): JournalDraft {
  const detail = 'weights read back: {"a":0,"b":100} – ok';
  return draftOf(
    {
      kind: 'step',
      operationId,
      index,
      step: `step-${index}`,
      part: undefined,
      state: 'reached',
      error: undefined,
      detail,
    },
    given,
  );
}

/** A failover from a to b that was just planned. */
export function operationOf(id: string, given: Partial<Operation> = {}): Operation {
  return {
    id,
    plan: {
      kind: 'failover',
      deployment: 'chat',
      trigger: 'automatic',
      from: 'a',
      before: { a: 100, b: 0 },
      after: { a: 0, b: 100 },
      steps: [{ kind: 'fence', site: 'a', name: 'fence a', deadlineMs: 10_000 }],
      because: [],
      routeVersion: 3,
      requestId: undefined,
    },
    state: 'planned',
    by: robot,
    epoch: 1,
    openedAtMs: atMs,
    endedAtMs: undefined,
    step: 0,
    error: undefined,
    ...given,
  };
}

/** The draft that opens or moves on an operation. */
export function operationDraft(operation: Operation, given: Partial<JournalDraft> = {}): JournalDraft {
  return draftOf({ kind: 'operation', operation }, given);
}

/** What alice asked for, over revision 0. */
export function requestOf(id: string, given: Partial<OperationRequest> = {}): OperationRequest {
  return {
    id,
    deployment: 'chat',
    kind: 'failover',
    from: 'a',
    to: 'b',
    reason: 'the drill of Tuesday',
    by: alice,
    atMs,
    revision: 0,
    answer: undefined,
    ...given,
  };
}

/** A snapshot of a deployment nobody could see yet. */
export function snapshotOf(deployment: string, takenAtMs: number): Snapshot {
  const unseen = {
    kind: 'unknown',
    error: { class: 'transient', code: 'ECONNREFUSED', message: 'connection refused' },
  } as const;
  const diagnosis = {
    code: 'ViewLost',
    actionable: false,
    site: undefined,
    message: 'nothing seen',
    sites: [],
  } as const;
  const view: View = {
    deployment: deploymentOf(deployment),
    atMs: takenAtMs,
    sites: [],
    route: unseen,
    traffic: unseen,
    open: undefined,
    recent: [operationOf('op-1')],
    request: requestOf('req-1'),
    inForce: { a: 100 },
    healthySinceMs: { a: takenAtMs },
    standing: [],
    others: [],
    configDigest: '0123456789ab',
  };
  const reasons = [{ code: 'UnknownView', message: 'the gateway was not seen' }] as const;
  return { deployment, atMs: takenAtMs, view, decision: { kind: 'stay', diagnosis, reasons } };
}

function deploymentOf(name: string): Deployment {
  const detector = {
    evaluateEveryMs: 500,
    failuresInARow: 3,
    successesInARow: 2,
    windowMs: 10_000,
    badRatio: 0.5,
    minimumSamples: 4,
    slowPhi: 8,
    failAfterMs: 2000,
    staleAfterMs: 5000,
    quorum: 1,
    unhealthyWhen: [limitOn('errorRate', '>=', 0.3), limitOn('lateRate', '>=', 0.3)],
    trafficMinimum: 10,
  };
  const move = {
    stepsPct: [10, 50, 100],
    holdEachMs: 1000,
    promoteWhen: [limitOn('errorRate', '<=', 0.05), limitOn('ttft.p95', '<=', 2000)],
    deadlineMs: 60_000,
  };
  const safety = {
    brakeRatio: 0.5,
    coolDownMs: 1_800_000,
    maxFailoversPerDay: 3,
    dwellMs: 600_000,
    ...{ minReadyRatio: 0, headroomRatio: 0, removalWindowMs: 0, vendorMaxRatio: {}, freeze: [] },
  };
  return {
    name,
    model: 'tiny',
    placements: [],
    residency: ['eu'],
    probes: [],
    firstTokenLimitMs: 2000,
    failover: {
      mode: 'auto',
      detector,
      proof: { completions: 3, maxAgeMs: 60_000 },
      move,
      failback: { mode: 'auto', afterMs: 600_000 },
      safety,
      manual: { defaultExpiryMs: 14_400_000, maxExpiryMs: 259_200_000, warnBeforeMs: 1_200_000, requiresReason: false },
    },
    drain: { waitForStreamsMs: 30_000 },
    match: { model: 'tiny' },
    weights: { a: 100, b: 0 },
  };
}
