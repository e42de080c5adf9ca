/** What stands in for EC2 seen from its own side, as the contract kit makes it behave. */
import type { ErrorClass } from '../../../../src/model/provider-error.ts';
import type { CloudHooks, ProviderMethod } from '../../../../src/testkit/provider/cloud-subject.ts';
import { answers, type Fault } from '../../../fakes/aws/faults.ts';
import type { Front } from '../../../fakes/aws/front.ts';
import { type MortalLink, openMortalLink } from '../../../fakes/mortal-link.ts';
import type { SiteOfEndpoint } from './site.ts';

type Answer = Fault['answer'];

/** The call each method is about, and the answers it can have there beside those that any call can have. */
const actions: Readonly<
  Partial<Record<ProviderMethod, { readonly action: string; readonly own: Partial<Record<ErrorClass, Answer>> }>>
> = {
  list: { action: 'DescribeInstances', own: {} },
  checkAccess: {
    action: 'DescribeInstances',
    // A right that lacks is what the report is about; without credentials that count there is none.
    own: { auth: { status: 401, code: 'AuthFailure', message: 'AWS was not able to validate the credentials' } },
  },
  start: {
    action: 'RunInstances',
    own: {
      capacity: answers.soldOut,
      quota: answers.quota,
      invalid: { status: 400, code: 'InvalidSubnetID.NotFound', message: 'The subnet ID does not exist' },
      conflict: { status: 400, code: 'IdempotentParameterMismatch', message: 'Arguments are inconsistent' },
    },
  },
  stop: {
    action: 'TerminateInstances',
    own: {
      'not-found': { status: 400, code: 'InvalidInstanceID.NotFound', message: 'it does not exist' },
      conflict: { status: 400, code: 'OperationNotPermitted', message: 'disableApiTermination is set' },
    },
  },
  offers: { action: 'DescribeInstanceTypeOfferings', own: {} },
  drain: { action: 'CreateTags', own: {} },
  notices: { action: 'DescribeInstanceStatus', own: {} },
};

const anywhere: Partial<Record<ErrorClass, Answer>> = {
  auth: { status: 403, code: 'UnauthorizedOperation', message: 'You are not authorized to perform this operation.' },
  throttled: answers.throttled,
  transient: answers.internal,
  unknown: 'drop',
};

/** One stand-in, and what only it knows how to bring about. */
export interface StandIn extends Pick<Front, 'calls' | 'fault' | 'url'> {
  readonly own: Pick<CloudHooks, 'sellOut' | 'neverEnd' | 'deny' | 'announce' | 'withdraw' | 'isDrained' | 'countLeft'>;
}

export function cloudOf(
  { calls, fault, url, own: hooks }: StandIn,
  site: SiteOfEndpoint,
): { readonly cloud: CloudHooks; closeLinks(): Promise<void> } {
  const links: MortalLink[] = [];
  const troubled = (method: ProviderMethod) => {
    const found = actions[method];
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
    ...hooks,
    async openDoomed(death) {
      const link = await openMortalLink(url, death, site.parkRecords);
      links.push(link);
      return { provider: await site.openWith({ settings: { endpoint: link.url } }), death: link.death };
    },
  };
  return { cloud, closeLinks: async () => void (await Promise.all(links.map((link) => link.close()))) };
}
