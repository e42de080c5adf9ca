/** The same for several deployments: one that fails is told with the others, not instead of them. */
import { GodwitError, messageOf } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { PauseRow } from '../report/json/pause.ts';

/** In order, one after the other. Rejects when there is only one and it fails. */
export async function forEachDeployment(
  deployments: readonly Deployment[],
  work: (deployment: Deployment) => Promise<PauseRow>,
): Promise<readonly PauseRow[]> {
  const rows: PauseRow[] = [];
  for (const deployment of deployments) {
    try {
      rows.push(await work(deployment));
    } catch (thrown) {
      if (deployments.length === 1) throw thrown;
      const outcome = thrown instanceof GodwitError && thrown.code === 'OutcomeUnknown' ? 'unknown' : 'failed';
      const { name } = deployment;
      rows.push({ deployment: name, outcome, untilMs: undefined, before: undefined, why: messageOf(thrown) });
    }
  }
  return rows;
}
