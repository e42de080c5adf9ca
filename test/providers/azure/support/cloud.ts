/** The fake resource group seen from its own side, as the contract kit makes it behave. */
import { answers, type FakeAzure, type Fault } from '../../../fakes/azure/server.ts';
import { type Answers, cloudHooks, type OwnHooks, type Troubles } from '../../support/cloud-hooks.ts';
import type { SiteOfEndpoint } from './site.ts';

type Answer = Fault['answer'];

/** The call each method is about, and the answers it can have there beside those that any call can have. */
const troubles: Troubles<Answer> = {
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

const anywhere: Answers<Answer> = {
  auth: { status: 403, code: 'AuthorizationFailed', message: 'The client does not have authorization.' },
  throttled: answers.throttled,
  transient: answers.internal,
  unknown: 'drop',
};

export function cloudOf(
  { calls, catalog, fault, group, url }: FakeAzure,
  site: SiteOfEndpoint,
): ReturnType<typeof cloudHooks> {
  const own: OwnHooks = {
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
    openPriced: () => site.openWith({ settings: { prices: url } }),
    announce(replica) {
      const found = group.machines.find(({ terms }) => terms.name === replica?.id);
      group.announced.add(found ?? group.addForeign());
    },
    withdraw(permission) {
      catalog.withdrawn.add(permission);
      return () => void catalog.withdrawn.delete(permission);
    },
  };
  const openAt = (endpoint: string) => site.openWith({ settings: { endpoint } });
  return cloudHooks({ calls, url, fault, own, troubles, anywhere, park: site.parkRecords, openAt });
}
