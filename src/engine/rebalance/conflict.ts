/** Names rules that cannot be kept together: as few as there can be. */
import { byHardness } from '../../core/placement/hardness.ts';
import type { PlacementRule } from '../../model/placement-problem.ts';

/** Whether some allocation keeps to these rules; `unknown`: neither was shown in the time there was. */
export type Possible = 'yes' | 'no' | 'unknown';

/** Rules that no allocation keeps together. */
export interface Conflict {
  readonly rules: readonly PlacementRule[];
  /** Without any one of them the others can be kept. False: that could not be shown of each. */
  readonly isMinimal: boolean;
}

/**
 * `rules` cannot all be kept. Divides and conquers (Junker, QuickXplain, AAAI 2004): a set of k among n takes about 2k·log(n÷k)
 * questions. A rule of which nobody can say whether it is needed stays named.
 */
export async function findConflict(
  rules: readonly PlacementRule[],
  isPossible: (rules: readonly PlacementRule[]) => Promise<Possible>,
): Promise<Conflict> {
  let isMinimal = true;
  const isImpossible = async (kept: readonly PlacementRule[]): Promise<boolean> => {
    const answer = await isPossible(kept);
    if (answer === 'unknown') isMinimal = false;
    return answer === 'no';
  };
  /** Those of `candidates` that are needed beside `kept`, to which `added` was added last. */
  const needed = async (
    kept: readonly PlacementRule[],
    added: readonly PlacementRule[],
    candidates: readonly PlacementRule[],
  ): Promise<readonly PlacementRule[]> => {
    if (added.length > 0 && (await isImpossible(kept))) return [];
    if (candidates.length <= 1) return candidates;
    const half = candidates.slice(0, Math.ceil(candidates.length / 2));
    const rest = candidates.slice(half.length);
    const ofRest = await needed([...kept, ...half], half, rest);
    const ofHalf = await needed([...kept, ...ofRest], ofRest, half);
    return [...ofHalf, ...ofRest];
  };
  return { rules: await needed([], [], byHardness(rules)), isMinimal };
}
