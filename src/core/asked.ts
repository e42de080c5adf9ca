/** The reason that stands on everything somebody asked for. */
import type { OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';

export function asked({ by, reason, trigger }: Pick<OperationRequest, 'by' | 'reason' | 'trigger'>): Reason {
  const message = `${by.name}@${by.host}: ${reason ?? 'no reason given'}`;
  // Who began the rebalancing did not choose this change: the plan did.
  return trigger === 'rebalance' ? { code: 'AskedByRebalance', message } : { code: 'AskedByPerson', message };
}
