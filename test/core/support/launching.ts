/** A launch at left that failed a moment ago: what it asked for may stand there though no list has shown it. */
import type { Operation } from '../../../src/model/operation.ts';
import { operationOf } from './view.ts';

export interface LaunchTerms {
  readonly kind: 'scale' | 'start';
  readonly slot: number;
  readonly agoMs: number;
}

export function failedLaunch({ kind, slot, agoMs }: LaunchTerms): Operation {
  const launch = { kind: 'launch', name: '1-launch left', site: 'left', bestEffort: false, deadlineMs: 1 } as const;
  return operationOf({ agoMs, state: 'failed', plan: { kind, steps: [{ ...launch, slots: [slot] }] } });
}
