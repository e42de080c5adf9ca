/** Keys whose limits are expressions now: what to write instead of them. */
import { deploymentDefaults } from './defaults.ts';
import type { Path } from './document.ts';

const { move, detector } = deploymentDefaults.failover;
const replaced: ReadonlyMap<string, string> = new Map([
  ['failover.move.maxErrors', writeInstead('promoteWhen', move.promoteWhen)],
  ['failover.move.maxFirstToken', writeInstead('promoteWhen', move.promoteWhen)],
  ['failover.detector.trafficBadShare', writeInstead('unhealthyWhen', detector.unhealthyWhen)],
]);

/** The hint for a key that is no more; `path`: of the map that has it. */
export function replacementOf(path: Path, key: string): string | undefined {
  return replaced.get([...path.slice(-2), key].join('.'));
}

function writeInstead(key: string, texts: readonly string[]): string {
  return `write ${key}: [${texts.map((text) => `"${text}"`).join(', ')}], with the limits that you mean`;
}
