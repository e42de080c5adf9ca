/** Starts a stopped machine: the intent is written on the machine itself, so that whoever comes after a crash finds it. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { lookUntil } from '../shared/look-until.ts';
import { type Session, seeReplica } from './session.ts';
import { tagOf, tags } from './wire.ts';

function launchTimeOf({ LaunchTime }: Instance): string {
  return LaunchTime?.toISOString() ?? '';
}

/** Stopped, and the start that was written on it never came: its launch time is still the one from before. */
export function isToBeWoken(instance: Instance): boolean {
  return instance.State?.Name === 'stopped' && tagOf(instance, tags.wokenFrom) === launchTimeOf(instance);
}

/**
 * Tags first: a start without its key would be nobody's. A machine that is stopped belongs to its zone, so sold out is the
 * answer here and no other machine is made beside it. Starting what starts already changes nothing
 * (API_StartInstances, checked 2026-11-26).
 */
export async function wake(
  session: Session,
  stopped: Instance,
  startKey: string,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const { ec2 } = session;
  const { InstanceId: id = '' } = stopped;
  const before = launchTimeOf(stopped);
  // The mark of a drain goes in any case: what was looked at may be from before it.
  const intent = {
    ...{ [tags.startKey]: startKey, [tags.epoch]: String(call.epoch), [tags.wokenFrom]: before },
    [tags.draining]: '',
  };
  const tagged = await ec2.tag(id, intent, call);
  if (tagged.kind !== 'done') return tagged;
  const started = await ec2.start(id, call);
  if (started.kind === 'refused') {
    const message = `${id}, stopped in its zone: ${started.error.message}`;
    return { kind: 'refused', error: { ...started.error, message } };
  }
  if (started.kind === 'unknown') return started;
  // The answer tells the state alone; which boot it is tells the launch time, once it is the new one.
  const woken = await lookUntil(session, call, async () => {
    const told = await ec2.describe({ ids: [id] }, call);
    if (told.kind !== 'done') return undefined;
    return told.value.find((each) => launchTimeOf(each) !== before && tagOf(each, tags.startKey) === startKey);
  });
  if (woken !== undefined) return { kind: 'done', value: seeReplica(session, woken) };
  return { kind: 'unknown', error: { class: 'unknown', code: 'NotSeenYet', message: `${id} was told to start` } };
}
