/** The fake project seen from its own side, as the contract kit makes it behave. */
import { answers, type Fault } from '../../../fakes/gcp/faults.ts';
import type { FakeGcp } from '../../../fakes/gcp/server.ts';
import { type Answers, cloudHooks, type OwnHooks, type Troubles } from '../../support/cloud-hooks.ts';
import type { Records } from '../../support/records.ts';
import type { OpenWith } from './site.ts';

type Answer = Fault['answer'];

/** The call each method is about, and the answers it can have there beside those that any call can have. */
const troubles: Troubles<Answer> = {
  list: { action: 'Instances.AggregatedList', own: {} },
  start: {
    action: 'Instances.Insert',
    own: {
      capacity: answers.soldOut,
      quota: answers.quota,
      invalid: { status: 400, reason: 'invalid', message: "Invalid value for field 'resource.disks[0]'" },
      conflict: { status: 409, reason: 'alreadyExists', message: "The resource 'instances/x' already exists" },
      'not-found': { status: 404, reason: 'notFound', message: "The resource 'instanceTemplates/x' was not found" },
    },
  },
  stop: {
    action: 'Instances.Delete',
    own: { conflict: { status: 400, reason: 'resourceNotReady', message: "The resource 'instances/x' is not ready" } },
  },
  offers: { action: 'MachineTypes.Get', own: {} },
  drain: { action: 'Instances.SetLabels', own: {} },
  notices: { action: 'Instances.AggregatedList', own: {} },
  checkAccess: { action: 'Instances.AggregatedList', own: { auth: answers.expired } },
};

const anywhere: Answers<Answer> = {
  ...{ auth: answers.forbidden, throttled: answers.throttled, transient: answers.internal, unknown: 'drop' },
};

export function cloudOf(
  { calls, disks, fault, project, url }: FakeGcp,
  records: Records,
  openWith: OpenWith,
): ReturnType<typeof cloudHooks> {
  const own: OwnHooks = {
    countLeft: async () => disks().filter((machine) => machine.isGoneAt(project.nowMs())).length,
    sellOut({ machine, zone }) {
      project.soldOut.add(`${machine} ${zone}`);
    },
    deny({ machine, zone }) {
      project.absentTypes.add(`${machine} ${zone}`);
    },
    announce(replica) {
      const found = project.machines.find(({ terms: { name, zone } }) => `${name}.${zone}` === replica?.id);
      const maintenance = { type: 'SCHEDULED', maintenanceStatus: 'PENDING', windowStartTime: '2026-12-01T10:00:00Z' };
      if (found !== undefined) found.maintenance = maintenance;
      else project.addStranger(maintenance);
    },
    withdraw(permission) {
      project.withdrawn.add(permission);
      return () => project.withdrawn.delete(permission);
    },
    async isDrained({ id }) {
      const found = project.machines.find(({ terms: { name, zone } }) => `${name}.${zone}` === id);
      return found?.labels['godwit-draining'] !== undefined;
    },
    neverEnd() {
      project.isStuck = true;
    },
  };
  const openAt = (endpoint: string) => openWith({ settings: { endpoint } });
  return cloudHooks({ calls, url, fault, own, troubles, anywhere, park: () => records.park(), openAt });
}
