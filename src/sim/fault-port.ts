/** What drills ask of the simulated gateway, over the link that everything else goes over; and what they do to a site's cloud. */
import type { FaultSight } from '../model/fault.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Provider } from '../ports/provider.ts';
import type { FaultDriver } from '../ports/traffic-driver.ts';
import type { ArmedFaults } from './armed-faults.ts';
import type { Cloud } from './cloud.ts';
import type { Refusal } from './cloud-faults.ts';
import { absentError, type Gateway } from './gateway.ts';
import type { Reach } from './ports.ts';

const absent: Reply<never> = { kind: 'refused', error: absentError };

export function faultsOf(reach: Reach, gateway: Gateway, armed: ArmedFaults): FaultDriver {
  const { life, ghost, clock, drills } = reach;
  const link = reach.linkTo('gateway');
  /** On its way for seconds it would be over before it came: who waits for it has given up. */
  const ask = <T>(effect: () => T, onHeard?: (value: T) => void): Promise<T> =>
    life.point((answered, failed) => void link.send({ effect, answered, failed, isPerishable: true }), onHeard);
  return {
    faults: () =>
      ask<Seen<FaultSight>>(
        () =>
          gateway.isUp
            ? { kind: 'seen', value: armed.sight(), asOfMs: clock.nowMs() }
            : { kind: 'unknown', error: absentError },
        (value) => life.hear('faults', { atMs: ghost.nowMs, value }),
      ),
    arm(request) {
      drills?.noteRun(life, request.run);
      return ask(() => (gateway.isUp ? armed.arm(request) : absent));
    },
    lift: (_, why) => ask(() => (gateway.isUp ? armed.lift(why) : absent)),
  };
}

/** Nobody kills long after they asked for it: what is late is dropped. */
export function disturbOf(reach: Reach, cloud: Cloud): NonNullable<Provider['disturb']> {
  const link = reach.linkTo(`api/${cloud.site}`);
  return (replica, how) =>
    reach.life.point((answered, failed) => {
      const effect = (): Reply<void> => {
        const reply = cloud.disturb(replica, how);
        if (how !== 'resume' && reply.kind === 'done')
          reach.drills?.noteDisturbed(reach.life, how, { site: cloud.site, bootId: replica.bootId });
        return reply;
      };
      link.send({ effect, answered, failed, isPerishable: true });
    });
}

/** What a drill has made of the site's cloud; undefined: nothing. */
export function refusalAt(faults: ArmedFaults | undefined, site: string, isStart: boolean): Refusal | undefined {
  if (faults === undefined) return undefined;
  if (faults.shareOf('provider-down', site) > 0) return 'transient';
  if (faults.shareOf('provider-throttled', site) > 0) return 'throttled';
  if (faults.shareOf('credentials-expired', site) > 0) return 'auth';
  return isStart && faults.shareOf('capacity-denied', site) > 0 ? 'capacity' : undefined;
}
