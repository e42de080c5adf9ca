/**
 * Whether an IAM policy allows a call, as far as godwit's own policies go: statements that allow, with the condition
 * operators they use. What it does not know is no "yes": it throws.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
 * .../reference_policies_elements_condition_operators.html, checked 2026-11-27.
 */

import { type Params, RefusedError } from './protocol.ts';
import type { Region } from './region.ts';

const account = '123456789012';

export interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface Policy {
  readonly Statement: readonly Statement[];
}

/** One decision: EC2 asks for each thing a call is about. */
interface Ask {
  readonly action: string;
  readonly resource: string;
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Throws what EC2 says to a caller who may not. */
export function authorise(policy: Policy, region: Region, name: string, action: string, params: Params): void {
  const denied = asksOf(region, name, action, params).find((ask) => !isAllowed(policy, ask));
  if (denied !== undefined)
    throw new RefusedError(
      403,
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. User: arn:aws:iam::${account}:user/godwit is not authorized to perform: ${denied.action} on resource: ${denied.resource} because no identity-based policy allows the ${denied.action} action.`,
    );
}

function isAllowed({ Statement }: Policy, { action, resource, keys }: Ask): boolean {
  return Statement.some(({ Effect, Action, Resource, Condition = {} }) => {
    if (Effect !== 'Allow') throw new Error(`the fake knows no effect ${Effect}`);
    return (
      Action.some((each) => isLike(each, action)) &&
      Resource.some((each) => isLike(each, resource)) &&
      Object.entries(Condition).every(([operator, wanted]) =>
        Object.entries(wanted).every(([key, values]) => holds(operator, values, keys[key])),
      )
    );
  });
}

function holds(operator: string, wanted: readonly string[], has: readonly string[] | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
      return has?.some((value) => wanted.includes(value)) === true;
    case 'ArnLike':
      return has?.some((value) => wanted.some((each) => isLike(each, value))) === true;
    // For none it holds as well.
    case 'ForAllValues:StringEquals':
      return (has ?? []).every((value) => wanted.includes(value));
    case 'Null':
      return wanted.includes(String(has === undefined));
    default:
      throw new Error(`the fake knows no condition ${operator}`);
  }
}

function isLike(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_ec2.html, checked 2026-11-27. */
function asksOf(region: Region, name: string, action: string, params: Params): readonly Ask[] {
  const here = { 'aws:RequestedRegion': [name] };
  const place = `arn:aws:ec2:${name}:${account}`;
  const own = (id: string): Ask['keys'] => {
    const machine = region.machines.find(({ terms }) => terms.id === id);
    const tags = [...(machine?.tags ?? [])].map(([key, value]) => [`aws:ResourceTag/${key}`, [value]] as const);
    return { ...here, ...Object.fromEntries(tags) };
  };
  if (action === 'RunInstances') return launchAsks(place, name, here, params);
  if (action === 'CreateTags') {
    const tags = tagKeys(params['Tags']);
    return textsOf(params['Resources']).map((id) => ({
      ...{ action: 'ec2:CreateTags', resource: `${place}:instance/${id}` },
      keys: { ...own(id), ...tags },
    }));
  }
  const ids = /^(Start|Stop|Terminate)Instances$/.test(action) ? textsOf(params['InstanceIds']) : [];
  if (ids.length === 0) return [{ action: `ec2:${action}`, resource: '*', keys: here }];
  return ids.map((id) => ({ action: `ec2:${action}`, resource: `${place}:instance/${id}`, keys: own(id) }));
}

function launchAsks(place: string, name: string, here: Ask['keys'], params: Params): readonly Ask[] {
  const template = String((params['LaunchTemplate'] as Params | undefined)?.['LaunchTemplateId']);
  const used = { ...here, 'ec2:LaunchTemplate': [`${place}:launch-template/${template}`] };
  const specs = (params['TagSpecifications'] ?? []) as readonly Params[];
  const tagsOf = (kind: string) => tagKeys(specs.find((each) => each['ResourceType'] === kind)?.['Tags']);
  const subnet = params['SubnetId'] === undefined ? 'subnet-0of1the2template' : String(params['SubnetId']);
  const market = (params['InstanceMarketOptions'] as Params | undefined)?.['MarketType'];
  const run = (resource: string, keys: Ask['keys']): Ask => ({ action: 'ec2:RunInstances', resource, keys });
  return [
    ...['instance', 'volume'].map((kind) => run(`${place}:${kind}/*`, { ...used, ...tagsOf(kind) })),
    run(`arn:aws:ec2:${name}::image/ami-0123456789abcdef0`, used),
    ...['network-interface/*', 'security-group/sg-0123', `subnet/${subnet}`, `launch-template/${template}`].map(
      (each) => run(`${place}:${each}`, used),
    ),
    ...(market === 'spot' ? [run(`${place}:spot-instances-request/*`, here)] : []),
    ...specs.map((spec) => ({
      ...{ action: 'ec2:CreateTags', resource: `${place}:${String(spec['ResourceType'])}/*` },
      keys: { ...used, ...tagKeys(spec['Tags']), 'ec2:CreateAction': ['RunInstances'] },
    })),
  ];
}

/** Of what is asked for, not of what is there. */
function tagKeys(given: Params[string]): Ask['keys'] {
  const tags = (given ?? []) as readonly Params[];
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${String(Key)}`, [String(Value)]])),
    'aws:TagKeys': tags.map(({ Key }) => String(Key)),
  };
}

function textsOf(given: Params[string]): readonly string[] {
  return (given ?? []) as readonly string[];
}
