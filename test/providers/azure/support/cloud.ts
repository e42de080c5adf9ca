/** The fake resource group seen from its own side, as the contract kit makes it behave. */
import type { ErrorClass } from '../../../../src/model/provider-error.ts';
import type { CloudHooks, ProviderMethod } from '../../../../src/testkit/provider/cloud-subject.ts';
import { answers, type FakeAzure, type Fault } from '../../../fakes/azure/server.ts';
import { type MortalLink, openMortalLink } from '../../../fakes/mortal-link.ts';
import type { SiteOfEndpoint } from './site.ts';

type Answer = Fault['answer'];

/** The call each method is about, and the answers it can have there beside those that any call can have. */
const operations: Readonly<
  Partial<Record<ProviderMethod, { readonly action: string; readonly own: Partial<Record<ErrorClass, Answer>> }>>
> = {
  list: { action: 'VirtualMachines_List', own: {} },
  start: {
    action: 'VirtualMachines_CreateOrUpdate',
    own: {
      capacity: { status: 409, code: 'AllocationFailed', message: 'Allocation failed.' },
      quota: answers.familyQuota,
      invalid: { status: 400, code: 'InvalidResourceReference', message: 'The subnet was not found.' },
      conflict: { status: 409, code: 'OperationNotAllowed', message: 'The VM is marked for deletion.' },
    },
  },
  stop: {
    action: 'VirtualMachines_Delete',
    own: { invalid: { status: 403, code: 'RequestDisallowedByPolicy', message: 'Disallowed by policy.' } },
  },
  offers: { action: 'ResourceSkus_List', own: {} },
  notices: { action: 'VirtualMachines_List', own: {} },
  checkAccess: { action: 'Permissions_List', own: {} },
};

const anywhere: Partial<Record<ErrorClass, Answer>> = {
  auth: { status: 403, code: 'AuthorizationFailed', message: 'The client does not have authorization.' },
  throttled: answers.throttled,
  transient: answers.internal,
  unknown: 'drop',
};

export function cloudOf(
  { calls, catalog, fault, group, url }: FakeAzure,
  site: SiteOfEndpoint,
): { readonly cloud: CloudHooks; closeLinks(): Promise<void> } {
  const links: MortalLink[] = [];
  const troubled = (method: ProviderMethod) => {
    const found = operations[method];
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
    countLeft: async () => group.loose().length,
    sellOut({ machine, zone }) {
      group.soldOut.add(zone === undefined ? machine : `${machine} ${zone}`);
    },
    neverEnd() {
      group.isStuck = true;
    },
    deny({ machine, zone }) {
      catalog.restricted.add(zone === undefined ? machine : `${machine} ${zone}`);
    },
    announce(replica) {
      const found = group.machines.find(({ terms }) => terms.name === replica?.id);
      group.announced.add(found ?? group.addForeign());
    },
    withdraw(permission) {
      catalog.withdrawn.add(permission);
      return () => void catalog.withdrawn.delete(permission);
    },
    async openDoomed(death) {
      const link = await openMortalLink(url, death, site.parkRecords);
      links.push(link);
      return { provider: await site.openWith({ settings: { endpoint: link.url } }), death: link.death };
    },
  };
  return { cloud, closeLinks: async () => void (await Promise.all(links.map((link) => link.close()))) };
}
