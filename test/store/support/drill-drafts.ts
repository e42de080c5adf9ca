import type { DrillBody, DrillDraft, DrillEnd, Finding } from '../../../src/model/drill-run.ts';

export const ana = { kind: 'person', name: 'ana', host: 'desk', pid: 7 } as const;

/** A draft whose times rise with its place. */
export function draftOf(body: DrillBody, at = 1): DrillDraft {
  return { atMs: 1_800_000_000_000 + at * 1000, monoMs: at * 1000, body };
}

export function begin(id = 'dr-1', at = 0): DrillDraft {
  return draftOf(
    {
      ...{ kind: 'begin', id, by: ana, reason: 'übung', configDigest: 'c0ffee', version: '1.2.3' },
      drill: {
        ...{ name: 'loss', title: undefined, deployment: 'chat', kind: 'live', hypothesis: [], abortIf: [], roles: {} },
        faults: [{ kind: 'blackhole', site: 'left', sharePct: 100, atMs: 0, forMs: 30_000 }],
        steadyState: { observeMs: 1000, require: [] },
        load: { source: 'live-traffic' },
        recovery: { failback: true, settleMs: 1000 },
        report: { formats: [], beforeMs: 0, afterMs: 0 },
      },
    },
    at,
  );
}

export const note = (text: string, at = 1): DrillDraft => draftOf({ kind: 'note', text, by: undefined }, at);

const nothing: DrillEnd = {
  ...{ verdict: 'not-started', because: [], claims: [], phases: [], undo: 'not-needed' },
  ...{ cutShort: undefined, by: 'runner' },
};

export const end = (at = 9): DrillDraft => draftOf({ kind: 'end', end: nothing }, at);

export function finding(number: number, at = 10): DrillDraft {
  const found: Finding = {
    ...{ number, text: 'the page came late', severity: 'medium', owner: undefined, due: undefined },
    by: ana,
  };
  return draftOf({ kind: 'finding', finding: found }, at);
}
