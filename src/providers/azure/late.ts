/** Launches that were accepted and failed after: why, and as the same refusal as one that fails at once. */
import type { Denial } from '../../model/denial.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Attempt } from '../shared/attempt-record.ts';
import { isFailedLaunch, type Machine } from './machine.ts';
import { refusalOf } from './outcome.ts';
import type { Session } from './session.ts';
import { offerOf } from './wire.ts';

/** Undefined for a machine that did not fail so. `last`: the attempt on record, whose operation says why most exactly. */
export async function lateDenial(
  { azure }: Session,
  machine: Machine,
  last: Attempt | undefined,
  call: WriteCall,
): Promise<Denial | undefined> {
  if (!isFailedLaunch(machine)) return undefined;
  const offer = offerOf(machine);
  if (last?.progress !== undefined && last.token === machine.diskName) {
    const told = await azure.progress(last.progress, offer.market, call);
    if (told.kind === 'done' && told.value.state === 'failed') {
      const { verdict, error } = told.value;
      return { offer, verdict, error };
    }
  }
  const fallback = {
    code: 'ProvisioningFailed',
    status: undefined,
    message: 'the launch failed; Azure does not say why',
  };
  return { offer, ...refusalOf(machine.failures.length > 0 ? machine.failures : [fallback], offer.market) };
}
