/** The reason that stands on everything a person asked for. */
import type { OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';

export function asked({ by, reason }: Pick<OperationRequest, 'by' | 'reason'>): Reason {
  return { code: 'AskedByPerson', message: `${by.name}@${by.host}: ${reason ?? 'no reason given'}` };
}
