/** What a cloud's error means, in words: for text, Markdown and JSON alike. */
import type { ErrorTerms, Judged } from '../model/error-table.ts';
import type { BlockReach, BlockScope, Market, RawError, RetryRule } from '../model/error-verdict.ts';
import type { ErrorClass } from '../model/provider-error.ts';
import { span } from '../model/words.ts';

/** One error as somebody pasted it, and what was made of it. */
export interface ExplainedError {
  readonly provider: string;
  readonly raw: RawError;
  readonly market: Market;
  readonly judged: Judged;
}

/** What a class says of the world, where no rule says more. */
export const classMeans: Readonly<Record<ErrorClass, string>> = {
  capacity: 'the cloud has no machine to give',
  quota: 'a limit of the account, not of the cloud',
  auth: 'the credentials are wrong, or may not do this',
  throttled: 'too many calls',
  invalid: 'what was asked for is wrong',
  'not-found': 'it is not there, or not seen there yet; without the right to see it, it looks the same',
  conflict: 'it is in another state than was thought',
  transient: 'the cloud itself is in trouble',
  unknown: 'it is not known what this means',
};

/** What a person can do, where no rule says more. */
export const classTodo: Readonly<Record<ErrorClass, string>> = {
  capacity: 'nothing: the next zone, size or site is tried; capacity that must be there is started before it is needed',
  quota: 'ask the cloud for a higher limit, or free what is not used',
  auth: 'give the credentials back what they lack; until then nothing is asked there',
  throttled: 'nothing: it is tried again, later each time; see who else calls with this account',
  invalid: 'correct what the site or the deployment asks for: godwit config validate',
  'not-found': 'nothing: it is looked for once more; if it was deleted by hand, nothing is lost',
  conflict: 'nothing: its state is read first; see who else works on it',
  transient: "nothing: it is tried again, a limited number of times; see the cloud's status page",
  unknown: 'report the code and the text, so that the table grows',
};

const places: Readonly<Record<BlockScope, string>> = {
  none: 'nothing',
  object: 'that one object',
  offer: 'in that zone',
  zone: 'in that zone',
  site: 'everything at that one site, for this deployment',
  region: 'in the region',
  account: 'in the whole account',
  spec: 'this request, wherever it is made',
};
const machines: Readonly<Record<BlockReach['machines'], string>> = {
  type: 'this machine type',
  larger: 'this machine type and larger ones',
  family: 'the whole family of machines',
  all: 'every machine',
};

/** `this machine type and larger ones in that zone, in the market that was asked for`. */
export function blocksText({ scope, reach }: Pick<ErrorTerms, 'scope' | 'reach'>): string {
  if (reach === undefined) return places[scope];
  const market = reach.markets === 'all' ? 'in every market' : 'in the market that was asked for';
  return `${machines[reach.machines]} ${places[scope]}, ${market}`;
}

/** What may be done again at the same place. */
export const retryText: Readonly<Record<RetryRule, string>> = {
  never: 'not there, while that stands',
  'after-refresh': 'once, after looking again',
  'back-off': 'yes, later each time',
  'after-reading': 'once its state was read',
  'read-back': 'not before it was looked for: it may have been done',
};

/** `10m, for spot 3m`, `until something is changed`, or nothing at all. */
export function expiryText({ expiry }: Pick<ErrorTerms, 'expiry'>): string | undefined {
  if (expiry === undefined) return undefined;
  if (expiry === 'until-changed') return 'until something is changed';
  const { spotMs, otherMs } = expiry;
  return spotMs === otherMs ? span(otherMs) : `${span(otherMs)}, for spot ${span(spotMs)}`;
}
