/** The policy that `godwit policy print aws` gives for the site of these tests, as the fake region understands it. */
import type { AccessUse } from '../../../../src/model/access.ts';
import { awsPolicy } from '../../../../src/providers/aws/policy.ts';
import type { Policy } from '../../../fakes/aws/iam.ts';
import { fakeTemplate } from '../../../fakes/aws/server.ts';

export const site = {
  ...{ name: 'virginia', provider: 'aws', region: 'us-east-1', residency: ['US'], failureDomains: ['us-east'] },
  settings: { launch: { template: fakeTemplate }, machines: ['p5.48xlarge'] },
};

export function printedPolicy(uses: readonly AccessUse[] = ['operate', 'create'], sites = [site]): Policy {
  const [document] = awsPolicy.make({ uses, sites }).documents;
  return document?.content as unknown as Policy;
}

/** The same without one action: what somebody withdrew. */
export function without(action: string, policy: Policy = printedPolicy()): Policy {
  return {
    Statement: policy.Statement.map((each) => ({ ...each, Action: each.Action.filter((name) => name !== action) })),
  };
}
