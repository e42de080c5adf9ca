/** Which UltraServer each machine is part of: those of one share an accelerator interconnect, and fail together. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ec2 } from './client.ts';
import type { AwsSettings } from './schema.ts';
import { bootIdOf } from './wire.ts';

export interface UltraServers {
  /** Asks EC2 of those machines of which it has not told yet, a part of them at a time; what cannot be read is not known. */
  learn(instances: readonly Instance[], call: ReadCall): Promise<void>;
  /** The Capacity Block that its UltraServer is; undefined: none, or not told yet. */
  of(instance: Instance): string | undefined;
}

/** Most ids of one call (API_DescribeInstanceTopology, checked 2026-11-27). */
const mostIds = 100;
/**
 * How long until a machine is asked about again of which nothing was told, in milliseconds: right after a launch EC2 may not
 * know it yet, and of a block that is no UltraServer it tells nothing ever.
 */
const askAgainMs = 60_000;
/** Boots kept in mind; beyond these the oldest go, and are asked about again. */
const mostKept = 1000;

/** What a machine stands in stays as long as its boot. */
interface Answer {
  readonly block: string | undefined;
  readonly askedAtMonoMs: number;
}

/**
 * DescribeInstances names the Capacity Block of every machine in one, and for P5 that is "a group of instances" with nothing
 * in common but its dates; DescribeInstanceTopology names that of an UltraServer alone, "and identifies instances within
 * the UltraServer domain". Only running machines have a topology. An UltraServer is had by a Capacity Block alone, so where
 * the settings name none nothing is asked. API_Instance, API_InstanceTopology and ec2-instance-topology.html, checked 2026-11-27.
 */
export function createUltraServers(
  { ec2, clock }: { readonly ec2: Pick<Ec2, 'topology'>; readonly clock: Pick<Clock, 'monoMs'> },
  settings: AwsSettings,
): UltraServers {
  const told = new Map<string, Answer>();
  const isAsked = hasBlocks(settings);
  const isOpen = (instance: Instance): boolean => {
    if (instance.InstanceLifecycle !== 'capacity-block' || instance.State?.Name !== 'running') return false;
    const last = told.get(bootIdOf(instance));
    return last === undefined || (last.block === undefined && clock.monoMs() - last.askedAtMonoMs >= askAgainMs);
  };
  return {
    async learn(instances, call) {
      const open = isAsked ? instances.filter(isOpen).slice(0, mostIds) : [];
      if (open.length === 0) return;
      const askedAtMonoMs = clock.monoMs();
      // A list that is whole must not be lost over what is only good to know.
      const deadlineAtMonoMs = askedAtMonoMs + (call.deadlineAtMonoMs - askedAtMonoMs) / 2;
      const ids = open.map(({ InstanceId = '' }) => InstanceId);
      const answer = await ec2.topology(ids, { signal: call.signal, deadlineAtMonoMs });
      const found = answer.kind === 'done' ? answer.value : [];
      for (const instance of open) {
        const block = found.find(({ InstanceId }) => InstanceId === instance.InstanceId)?.CapacityBlockId;
        told.set(bootIdOf(instance), { block, askedAtMonoMs });
      }
      for (const oldest of [...told.keys()].slice(0, -mostKept)) told.delete(oldest);
    },
    of: (instance) => told.get(bootIdOf(instance))?.block,
  };
}

/** Whether machines of the site may stand in an UltraServer. */
export function hasBlocks({ reservations = [] }: Pick<AwsSettings, 'reservations'>): boolean {
  return reservations.some(({ block = false }) => block);
}
