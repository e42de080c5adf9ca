/** The fake project seen from its own side, as the contract kit makes it behave. */
import type { ErrorClass } from '../../../../src/model/provider-error.ts';
import type { CloudHooks, ProviderMethod } from '../../../../src/testkit/provider/cloud-subject.ts';
import { answers, type Fault } from '../../../fakes/gcp/faults.ts';
import type { FakeGcp } from '../../../fakes/gcp/server.ts';
import { type MortalLink, openMortalLink } from '../../../fakes/mortal-link.ts';
import type { Records } from '../../support/records.ts';
import type { OpenWith } from './site.ts';

type Answer = Fault['answer'];

/** The call each method is about, and the answers it can have there beside those that any call can have. */
const troubles: Readonly<
  Partial<Record<ProviderMethod, { readonly action: string; readonly own: Partial<Record<ErrorClass, Answer>> }>>
> = {
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

const anywhere: Partial<Record<ErrorClass, Answer>> = {
  ...{ auth: answers.forbidden, throttled: answers.throttled, transient: answers.internal, unknown: 'drop' },
};

export function cloudOf(
  { calls, disks, fault, project, url }: FakeGcp,
  records: Records,
  openWith: OpenWith,
): { readonly cloud: CloudHooks; closeLinks(): Promise<void> } {
  const links: MortalLink[] = [];
  const troubled = (method: ProviderMethod) => {
    const found = troubles[method];
    if (found === undefined) throw new Error(`no call of ${method} is known`);
    return found;
  };
  const cloud: CloudHooks = {
    calls,
    refuse(method, errorClass) {
      const { action, own } = troubled(method);
      const answer = own[errorClass] ?? anywhere[errorClass];
      return answer && fault({ action, when: 'before', answer, times: Number.POSITIVE_INFINITY });
    },
    silence: (method) =>
      fault({ action: troubled(method).action, when: 'before', answer: 'hang', times: Number.POSITIVE_INFINITY }),
    loseReply: (method) =>
      fault({ action: troubled(method).action, when: 'after', answer: 'drop', times: Number.POSITIVE_INFINITY }),
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
    async openDoomed(death) {
      const link = await openMortalLink(url, death, () => records.park());
      links.push(link);
      return { provider: await openWith({ settings: { endpoint: link.url } }), death: link.death };
    },
  };
  return { cloud, closeLinks: async () => void (await Promise.all(links.map((link) => link.close()))) };
}
