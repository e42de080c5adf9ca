/** Whoever asks twice under one name asks once, as long as it is the same that is asked and somebody took it up. */
import { GodwitError } from '../errors.ts';
import { marketsText } from '../model/offer.ts';
import type { OperationRequest } from '../model/operation.ts';
import type { ReasonCode } from '../model/reason.ts';
import type { Wish } from '../model/wish.ts';
import { span } from '../model/words.ts';
import type { OperationStore } from '../ports/store.ts';

export interface AskedBefore {
  /** What a new request is to be called, or what the known one is. */
  readonly id: string;
  /** Undefined: nothing was asked under this name that counts. */
  readonly known: OperationRequest | undefined;
}

/** Nobody looked at the world for these: the same may be asked again. */
const notTakenUp: ReadonlySet<ReasonCode> = new Set(['Withdrawn', 'RequestExpired', 'OperationRunning']);

/** Throws `UsageInvalid` when something else was asked under the name. */
export async function askedBefore(
  operations: Pick<OperationStore, 'getRequest'>,
  wish: Wish,
  requestId: string,
): Promise<AskedBefore> {
  const name = requestName(wish.deployment, requestId);
  for (let tries = 1; ; tries += 1) {
    const id = tries === 1 ? name : `${name}~${tries}`;
    const known = await operations.getRequest(id);
    if (known === undefined) return { id, known };
    if (asText(known) !== asText(wish))
      throw new GodwitError(
        'UsageInvalid',
        `--request-id ${requestId} was used for another request: ${asText(known)}`,
        {
          hint: 'another --request-id, or the same words again',
        },
      );
    const { answer } = known;
    const isOver = answer?.kind === 'refused' && answer.reasons.some(({ code }) => notTakenUp.has(code));
    if (!isOver) return { id, known };
  }
}

/** What a request is called that somebody gave a name. */
export function requestName(deployment: string, requestId: string): string {
  return `rq-${deployment}-${requestId}`;
}

/** What makes two wishes the same, as it is told. */
function asText({ kind, deployment, from, to, sharePct, split, operationId, ...wish }: Wish): string {
  const parts = Object.entries(split ?? wish.weights ?? {}).map(([site, pct]) => `${site}=${pct}`);
  return [
    `${kind} of ${deployment}`,
    ...(operationId === undefined ? [] : [`operation ${operationId}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined && parts.length === 0 ? [] : [`to ${to ?? parts.toSorted().join(',')}`]),
    ...(sharePct === undefined ? [] : [`share ${sharePct}%`]),
    ...(wish.anywhere === true ? ['anywhere'] : []),
    ...(wish.hedge === true ? ['hedged'] : []),
    ...(wish.replicas === undefined ? [] : [`${wish.replicas} replicas`]),
    ...(wish.markets === undefined ? [] : [marketsText(wish.markets)]),
    ...(wish.waitMs === undefined ? [] : [`for up to ${span(wish.waitMs)}`]),
  ].join(', ');
}
