/** What stands in for EC2 seen from its own side, as the contract kit makes it behave. */
import { answers, type Fault } from '../../../fakes/aws/faults.ts';
import type { Front } from '../../../fakes/aws/front.ts';
import { type Answers, cloudHooks, type OwnHooks, type Troubles } from '../../support/cloud-hooks.ts';
import type { SiteOfEndpoint } from './site.ts';

type Answer = Fault['answer'];

/** The call each method is about, and the answers it can have there beside those that any call can have. */
const troubles: Troubles<Answer> = {
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

const anywhere: Answers<Answer> = {
  auth: { status: 403, code: 'UnauthorizedOperation', message: 'You are not authorized to perform this operation.' },
  throttled: answers.throttled,
  transient: answers.internal,
  unknown: 'drop',
};

/** One stand-in, and what only it knows how to bring about. */
export interface StandIn extends Pick<Front, 'calls' | 'fault' | 'url'> {
  readonly own: OwnHooks;
}

export function cloudOf({ own, ...stand }: StandIn, site: SiteOfEndpoint): ReturnType<typeof cloudHooks> {
  const openAt = (endpoint: string) => site.openWith({ settings: { endpoint } });
  return cloudHooks({ ...stand, own, troubles, anywhere, park: site.parkRecords, openAt });
}
