/** After the undo: what was killed runs again, the traffic goes back, what was woken sleeps again; and what is not so is told. */
import { messageOf } from '../../errors.ts';
import type { DrillCheckResult, Footing } from '../../model/drill-run.ts';
import type { Answer } from '../../model/outcome.ts';
import { sameWeights } from '../../model/weights.ts';
import type { Wish } from '../../model/wish.ts';
import { carryOut } from '../carry-out.ts';
import { readFooting, replicasChanged } from './footing.ts';
import type { Rehearsal } from './rehearsal.ts';
import { acknowledge, giveBack } from './return.ts';
import { reasonOf, takenBy } from './taken.ts';
import type { Stop } from './turn.ts';
import { isWhole } from './undo-remains.ts';

/** How long what was killed is waited for, and what was woken to stop, in milliseconds. */
const patienceMs = 120_000;
const pauseMs = 500;

/** Never rejects: what went wrong is on record, and told. */
export async function restore(
  rehearsal: Rehearsal,
  { before, stop }: { readonly before: Footing; readonly stop: Stop | undefined },
): Promise<void> {
  const { recorder, drill } = rehearsal;
  const trouble = (what: string, holds: Answer, detail: string): Promise<unknown> =>
    recorder.tell({ kind: 'check', what, holds, detail } satisfies { kind: 'check' } & DrillCheckResult);
  const tried = async (what: string, work: () => Promise<string | undefined>): Promise<void> => {
    try {
      const left = await work();
      if (left !== undefined) await trouble(what, 'no', left);
    } catch (thrown) {
      await trouble(what, 'unknown', messageOf(thrown));
    }
  };
  await recorder.tell({ kind: 'stage', stage: 'failback' });
  await tried('the failover is not acknowledged', async () => {
    await acknowledge(rehearsal);
    return undefined;
  });
  if (stop?.isTaken === true) return await tellFooting(rehearsal, undefined);
  await tried('what was killed', () => waitForWhole(rehearsal));
  if (drill.recovery.failback) {
    await tried('the weights are not given back', () => giveBack(rehearsal, before.weights));
    await tried('what was started stays', () => stopExtra(rehearsal, before));
  }
  await tellFooting(rehearsal, drill.recovery.failback ? before : undefined);
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

/** A site that had nothing running, and where something was started meanwhile. */
async function stopExtra(rehearsal: Rehearsal, before: Footing): Promise<string | undefined> {
  const { deps, drill } = rehearsal;
  const after = await readFooting(rehearsal);
  if (after.kind === 'unknown') return undefined;
  const running = ({ replicas }: Footing): readonly string[] => [
    ...new Set(replicas.filter(({ is }) => is === 'running').map(({ site }) => site)),
  ];
  const slept = running(after.value).filter((site) => !running(before).includes(site));
  for (const site of slept) {
    const taken = await takenBy(rehearsal);
    if (taken !== undefined) return `${site} runs and did not before, and stays: ${taken}`;
    const how = before.replicas.some((each) => each.site === site) ? 'stop' : 'delete';
    const wish: Wish = {
      ...{ deployment: drill.deployment, kind: 'stop', from: site, to: undefined, how, yields: true },
      reason: reasonOf(rehearsal),
    };
    const end = await carryOut(deps, wish, { timeoutMs: patienceMs }, new AbortController().signal);
    if (end.kind === 'refused')
      return `${site} is not stopped: ${end.reasons.map(({ message }) => message).join('; ')}`;
  }
  return undefined;
}

/** `wanted`: it is to be as it was; undefined: it is somebody else's, and only noted. */
async function tellFooting(rehearsal: Rehearsal, wanted: Footing | undefined): Promise<void> {
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
  if (sameWeights(wanted.weights, after.value.weights) && changed === undefined)
    await recorder.tell({ kind: 'check', what: 'all is as before', holds: 'yes', detail: 'weights and replicas' });
}
