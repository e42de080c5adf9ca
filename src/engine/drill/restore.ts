/** After the undo: what was killed runs again, the traffic goes back, what was woken sleeps again; and what is not so is told. */
import { messageOf } from '../../errors.ts';
import type { DrillCheckResult, Footing } from '../../model/drill-run.ts';
import type { Answer } from '../../model/outcome.ts';
import { sameWeights } from '../../model/weights.ts';
import type { Wish } from '../../model/wish.ts';
import { weightsText } from '../../model/words.ts';
import { carryOut, type WishEnd } from '../carry-out.ts';
import { readFooting, replicasChanged } from './footing.ts';
import { type Left, leftUnderWay, tryAgain } from './patience.ts';
import { operationsOf, type Rehearsal } from './rehearsal.ts';
import { acknowledge, giveBack } from './return.ts';
import { lookForTaker, reasonOf } from './taken.ts';
import type { Stop } from './turn.ts';
import { isWhole } from './undo-remains.ts';

/** How long what was killed is waited for, in milliseconds. */
const patienceMs = 120_000;
/** How long one site may take to stop, in milliseconds. */
const stopWithinMs = 120_000;
const pauseMs = 500;

/** Never rejects: what went wrong is on record, and told. */
export async function restore(
  rehearsal: Rehearsal,
  { before, stop }: { readonly before: Footing; readonly stop: Stop | undefined },
): Promise<void> {
  const { recorder, drill } = rehearsal;
  const trouble = (what: string, holds: Answer, detail: string): Promise<unknown> =>
    recorder.tell({ kind: 'check', what, holds, detail } satisfies { kind: 'check' } & DrillCheckResult);
  /** Whether all is well. */
  const tried = async (what: string, work: () => Promise<string | undefined>): Promise<boolean> => {
    try {
      const left = await work();
      if (left !== undefined) await trouble(what, 'no', left);
      return left === undefined;
    } catch (thrown) {
      await trouble(what, 'unknown', messageOf(thrown));
      return false;
    }
  };
  await recorder.tell({ kind: 'stage', stage: 'failback' });
  await tried('the failover is not acknowledged', async () => {
    await acknowledge(rehearsal);
    return undefined;
  });
  if (stop?.isTaken === true) return await tellFooting(rehearsal, undefined);
  await tried('what was killed', () => waitForWhole(rehearsal));
  let isBack = false;
  if (drill.recovery.failback) {
    isBack = await tried('the weights are not given back', () => giveBack(rehearsal, before.weights));
    await tried('what was started stays', () => stopExtra(rehearsal, before));
  }
  await tellFooting(rehearsal, drill.recovery.failback ? before : undefined, isBack);
}

async function waitForWhole(rehearsal: Rehearsal): Promise<string | undefined> {
  const { deps, remains } = rehearsal;
  const untilMonoMs = deps.clock.monoMs() + patienceMs;
  const calm = new AbortController().signal;
  for (;;) {
    const answers = await Promise.all([...remains.values()].map((each) => isWhole(deps, each)));
    if (answers.every((each) => each === 'yes')) return undefined;
    if (deps.clock.monoMs() >= untilMonoMs) return 'it does not run again yet: godwit start';
    await deps.clock.sleep(pauseMs, calm);
  }
}

/** A site that had nothing running, and where something was started meanwhile, sleeps again. */
function stopExtra(rehearsal: Rehearsal, before: Footing): Promise<string | undefined> {
  return tryAgain(rehearsal.deps.clock, 'what was started may run on', () => tryStop(rehearsal, before));
}

const nothingLeft: Left = { left: undefined, isOver: true };

async function tryStop(rehearsal: Rehearsal, before: Footing): Promise<Left> {
  // Without an operation nobody has started anything: what cannot be listed is not waited for.
  const operations = await operationsOf(rehearsal);
  if (operations.length === 0) return nothingLeft;
  const after = await readFooting(rehearsal);
  if (after.kind === 'unknown')
    return { left: `it is not seen what was started: ${after.error.message}`, isOver: false };
  const slept = runningAt(after.value).filter((site) => !runningAt(before).includes(site));
  if (slept.length === 0) return nothingLeft;
  const underWay = await leftUnderWay(rehearsal, operations);
  if (underWay !== undefined) return underWay;
  const left: string[] = [];
  let isOver = true;
  for (const site of slept) {
    const taken = await lookForTaker(rehearsal);
    if (taken.kind === 'unknown')
      return { left: `${site} runs and did not before: ${taken.error.message}`, isOver: false };
    if (taken.value !== undefined)
      return { left: `${site} runs and did not before, and stays: ${taken.value}`, isOver: true };
    const end = await stopAt(rehearsal, site, before);
    if (end.kind === 'refused') left.push(`${site}: ${end.reasons.map(({ message }) => message).join('; ')}`);
    else if (end.kind === 'ended' && end.operation.state !== 'done')
      left.push(`${site}: ${end.operation.id} ended as ${end.operation.state}`);
    // What came of any other is looked at again.
    else if (end.kind !== 'nothing-to-do' && end.kind !== 'ended') isOver = false;
  }
  if (!isOver) left.push(`it is not seen yet that ${slept.join(', ')} stopped`);
  return { left: left.length === 0 ? undefined : left.join('; '), isOver };
}

function runningAt({ replicas }: Footing): readonly string[] {
  return [...new Set(replicas.filter(({ is }) => is === 'running').map(({ site }) => site))];
}

async function stopAt(rehearsal: Rehearsal, site: string, before: Footing): Promise<WishEnd> {
  const { deps, drill } = rehearsal;
  const how = before.replicas.some((each) => each.site === site) ? 'stop' : 'delete';
  const wish: Wish = {
    ...{ deployment: drill.deployment, kind: 'stop', from: site, to: undefined, how, yields: true },
    reason: reasonOf(rehearsal),
  };
  return await carryOut(deps, wish, { timeoutMs: stopWithinMs }, new AbortController().signal);
}

/** `wanted`: it is to be as it was; undefined: it is somebody else's, and only noted. `isBack`: nobody was told otherwise of the weights. */
async function tellFooting(rehearsal: Rehearsal, wanted: Footing | undefined, isBack = false): Promise<void> {
  const { recorder } = rehearsal;
  const after = await readFooting(rehearsal);
  if (after.kind === 'unknown') {
    await recorder.tell({ kind: 'check', what: 'what stands where', holds: 'unknown', detail: after.error.message });
    return;
  }
  await recorder.tell({ kind: 'footing', when: 'after', footing: after.value });
  if (wanted === undefined) return;
  const changed = replicasChanged(wanted, after.value);
  if (changed !== undefined)
    await recorder.tell({ kind: 'check', what: 'replicas are not those from before', holds: 'no', detail: changed });
  const { weights } = after.value;
  const isSame = sameWeights(wanted.weights, weights);
  // Given back, and moved again before this look; or moved by what is no operation of anybody's.
  if (!isSame && isBack)
    await recorder.tell({
      ...{ kind: 'check', what: 'the weights are not those from before', holds: 'no' },
      detail: `now ${weightsText(weights)}: godwit failback ${rehearsal.drill.deployment}`,
    });
  if (isSame && changed === undefined)
    await recorder.tell({ kind: 'check', what: 'all is as before', holds: 'yes', detail: 'weights and replicas' });
}
