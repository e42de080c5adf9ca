import { expect, test } from 'vitest';
import { isHopeless, leavesOthers } from '../../src/model/denial.ts';
import type { BlockReach, BlockScope, ErrorVerdict } from '../../src/model/error-verdict.ts';
import type { Offer } from '../../src/model/offer.ts';

const denied: Offer = { machine: 'p5.48xlarge', family: 'p5', market: 'spot', zone: 'us-east-1a' };

function verdict(scope: BlockScope, reach?: BlockReach): ErrorVerdict {
  return {
    ...{ class: 'capacity', scope, reach, retry: 'never', because: 'a rule' },
    ...{ retryAfterMs: undefined, expiryMs: undefined },
  };
}

const type = { machines: 'type', markets: 'asked' } as const;
const larger = { machines: 'larger', markets: 'asked' } as const;
const family = { machines: 'family', markets: 'asked' } as const;
const familyInAll = { machines: 'family', markets: 'all' } as const;
const all = { machines: 'all', markets: 'all' } as const;
const allInAsked = { machines: 'all', markets: 'asked' } as const;

test.for<{ name: string; scope: BlockScope; reach?: BlockReach; offer: Partial<Offer>; is: boolean }>([
  { name: 'the same offer', scope: 'offer', reach: type, offer: {}, is: true },
  {
    name: 'the offer from another reservation',
    scope: 'offer',
    reach: type,
    offer: { reservation: 'cr-2' },
    is: false,
  },
  {
    name: 'another reservation in a zone where nothing is',
    scope: 'zone',
    reach: all,
    offer: { reservation: 'cr-2' },
    is: true,
  },
  { name: 'another zone of an offer', scope: 'offer', reach: type, offer: { zone: 'us-east-1b' }, is: false },
  { name: 'no zone where one was denied', scope: 'offer', reach: type, offer: { zone: undefined }, is: false },
  { name: 'another subnet of the zone', scope: 'zone', reach: all, offer: { subnet: 'subnet-2' }, is: false },
  { name: 'another market of an offer', scope: 'offer', reach: type, offer: { market: 'on-demand' }, is: false },
  { name: 'another type of an offer', scope: 'offer', reach: type, offer: { machine: 'p5.4xlarge' }, is: false },
  { name: 'the same type where the larger ones are meant', scope: 'offer', reach: larger, offer: {}, is: true },
  {
    name: 'a size of which nobody knows whether it is larger',
    scope: 'offer',
    reach: larger,
    offer: { machine: 'p5e.48xlarge' },
    is: false,
  },
  { name: 'another size of the family', scope: 'region', reach: family, offer: { machine: 'p5.4xlarge' }, is: true },
  {
    name: 'another family',
    scope: 'region',
    reach: family,
    offer: { machine: 'p4d.24xlarge', family: 'p4d' },
    is: false,
  },
  { name: 'another zone of the region', scope: 'region', reach: family, offer: { zone: 'us-east-1b' }, is: true },
  { name: 'another market of the family', scope: 'region', reach: family, offer: { market: 'on-demand' }, is: false },
  {
    name: 'another market where all are meant',
    scope: 'region',
    reach: familyInAll,
    offer: { market: 'on-demand' },
    is: true,
  },
  {
    name: 'anything in the zone',
    scope: 'zone',
    reach: all,
    offer: { machine: 'g6.xlarge', family: 'g6', market: 'reserved' },
    is: true,
  },
  {
    name: 'anything beside the zone',
    scope: 'zone',
    reach: all,
    offer: { machine: 'g6.xlarge', zone: 'us-east-1b' },
    is: false,
  },
  {
    name: 'anything of the account',
    scope: 'account',
    reach: all,
    offer: { machine: 'g6.xlarge', zone: 'us-east-1b' },
    is: true,
  },
  {
    name: 'the account in one market, asked for in it',
    scope: 'account',
    reach: allInAsked,
    offer: { zone: 'b' },
    is: true,
  },
  {
    name: 'the account in one market, asked for in another',
    scope: 'account',
    reach: allInAsked,
    offer: { market: 'reserved' },
    is: false,
  },
  { name: 'the same offer after what blocks no machines', scope: 'none', offer: {}, is: false },
  { name: 'the same offer after what was wrong in the request', scope: 'spec', offer: {}, is: false },
])('$name: hopeless is $is', ({ scope, reach, offer, is }) => {
  expect(isHopeless({ offer: denied, verdict: verdict(scope, reach) }, { ...denied, ...offer })).toBe(is);
});

test.for<{ scope: BlockScope; reach?: BlockReach; is: boolean }>([
  { scope: 'offer', reach: type, is: true },
  { scope: 'zone', reach: all, is: true },
  { scope: 'region', reach: all, is: true },
  { scope: 'account', reach: all, is: false },
  { scope: 'site', is: false },
  { scope: 'spec', is: false },
  { scope: 'object', is: false },
  { scope: 'none', is: false },
])('a refusal of scope $scope leaves others: $is', ({ scope, reach, is }) => {
  expect(leavesOthers(verdict(scope, reach))).toBe(is);
});
