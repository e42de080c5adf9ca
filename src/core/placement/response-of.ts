/** How large a response of a deployment is: what leaves a site for each request. */
import type { ResponseSize } from '../../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { View } from '../../model/view.ts';

/** Of fewer answers the gateway's mean is not taken for all. */
const leastAnswers = 100;
/**
 * Nor sooner than this after it started, milliseconds: the short answers end first, a burst is of one kind, and who comes back after
 * a restart is not who asks all day. As long as a scheduler waits between two runs unless told otherwise.
 */
const leastCountedMs = 300_000;

/** The mean of what the gateway has passed on since it started, else what is written. Undefined: neither says anything. */
export function responseOf(view: View, { responseBytes }: RebalancePolicy, nowMs: number): ResponseSize | undefined {
  const { traffic } = view;
  if (traffic.kind === 'seen' && (traffic.value.countedForMs ?? 0) >= leastCountedMs) {
    const counted = traffic.value.sites.filter(({ bytesTotal }) => bytesTotal !== undefined);
    const answers = counted.reduce((sum, { finishedTotal, cutTotal }) => sum + finishedTotal + cutTotal, 0);
    const bytes = counted.reduce((sum, { bytesTotal = 0 }) => sum + bytesTotal, 0);
    if (answers >= leastAnswers) return { bytes: Math.round(bytes / answers), from: 'gateway', asOfMs: traffic.asOfMs };
  }
  const written = responseBytes?.[view.deployment.name];
  return written === undefined ? undefined : { bytes: written, from: 'config', asOfMs: nowMs };
}
