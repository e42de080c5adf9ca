/** A provider's errors as a table, and how it is read: structured code first, text only inside a code, status last. */
import type { BlockReach, BlockScope, ErrorVerdict, Market, RawError, RetryRule } from './error-verdict.ts';
import type { ErrorClass } from './provider-error.ts';

/** Where a fact was read, and when it was checked there. */
export interface Source {
  readonly at: string;
  /** ISO date. */
  readonly checked: string;
}

/** How long a block stands first, in milliseconds: spot capacity comes and goes sooner than any other. */
export interface Expiry {
  readonly spotMs: number;
  readonly otherMs: number;
}

/** What stands is the class's own, unless the rule says otherwise. */
export interface ErrorRule {
  /** Any of them, without regard to case. */
  readonly codes: readonly string[];
  /** Only when the message says this; `example` is a message that does. */
  readonly text?: { readonly says: RegExp; readonly example: string };
  /** Only with this HTTP status. */
  readonly status?: number;
  readonly class: ErrorClass;
  readonly scope?: BlockScope;
  readonly reach?: BlockReach;
  readonly retry?: RetryRule;
  /** At least so long until the same again, in milliseconds, when the answer does not say it. */
  readonly retryAfterMs?: number;
  readonly expiry?: Expiry | 'until-changed';
  /** What it says of the world, for people. */
  readonly means: string;
  /** What a person can do, where that is more than the class says. */
  readonly todo?: string;
  readonly source: Source;
}

export interface ErrorTable {
  /** As in `sites.<name>.provider`. */
  readonly provider: string;
  /** In order: the first that fits is taken. */
  readonly rules: readonly ErrorRule[];
  /** Codes that only sum up the others of a batch. */
  readonly summaryCodes: readonly string[];
}

/** A verdict with the rule behind it; undefined when the status had to do. */
export interface Judged {
  readonly verdict: ErrorVerdict;
  readonly rule: ErrorRule | undefined;
}

/** What an error blocks, for how long, and what is tried again. */
export interface ErrorTerms {
  readonly scope: BlockScope;
  /** Of an `offer`, a `zone`, a `region` or an `account`. */
  readonly reach?: BlockReach | undefined;
  readonly retry: RetryRule;
  /** Undefined: it blocks nothing. */
  readonly expiry?: Expiry | 'until-changed' | undefined;
}

/** Every code that the table has a rule for, once. */
export function codesOf({ rules }: ErrorTable): readonly string[] {
  return [...new Set(rules.flatMap(({ codes }) => codes))];
}

/** So many minutes, whatever the market. */
export function minutes(count: number): Expiry {
  return { spotMs: count * 60_000, otherMs: count * 60_000 };
}

/** What each class means where no rule says otherwise. */
const classTerms: Readonly<Record<ErrorClass, ErrorTerms>> = {
  capacity: {
    scope: 'offer',
    reach: { machines: 'larger', markets: 'asked' },
    retry: 'never',
    expiry: { spotMs: 3 * 60_000, otherMs: 10 * 60_000 },
  },
  quota: { scope: 'region', reach: { machines: 'family', markets: 'asked' }, retry: 'never', expiry: minutes(10) },
  auth: { scope: 'account', reach: { machines: 'all', markets: 'all' }, retry: 'never', expiry: 'until-changed' },
  throttled: { scope: 'none', retry: 'back-off' },
  invalid: { scope: 'spec', retry: 'never', expiry: 'until-changed' },
  'not-found': { scope: 'object', retry: 'after-refresh' },
  conflict: { scope: 'object', retry: 'after-reading' },
  transient: { scope: 'none', retry: 'back-off' },
  unknown: { scope: 'offer', reach: { machines: 'type', markets: 'asked' }, retry: 'never', expiry: minutes(2) },
};

/** Longer messages are cut before they are looked into: nobody's error text may cost time. */
const mostLetters = 4_000;

/** What an error means. `market`: the one that was asked for. Gives a verdict for every input; never throws. */
export function judge(table: ErrorTable, raw: RawError, market: Market = 'on-demand'): Judged {
  const rule = table.rules.find((each) => fits(each, raw));
  if (rule === undefined) return { rule, verdict: judgeByStatus(table, raw, market) };
  return { rule, verdict: verdictOf(rule.class, raw, market, { ...rule, because: nameOf(rule, raw.code) }) };
}

/** Wider classes first: what is said of the account beats what is said of a zone. Unknown beats all, see `judgeAll`. */
const precedence: readonly ErrorClass[] = [
  ...(['auth', 'quota', 'invalid', 'capacity', 'conflict', 'not-found', 'throttled', 'transient'] as const),
];
const scopeOrder: readonly BlockScope[] = ['account', 'region', 'spec', 'site', 'zone', 'offer', 'object', 'none'];

/**
 * What several errors of one attempt mean together: known only when all of them are, and quota beats capacity. Codes that
 * sum up the others are left out.
 */
export function judgeAll(table: ErrorTable, raws: readonly RawError[], market: Market = 'on-demand'): Judged {
  const telling = raws.filter(({ code }) => !isAmong(table.summaryCodes, code));
  const judged = telling.map((raw) => judge(table, raw, market));
  const [first] = judged;
  if (first === undefined) return judge(table, raws[0] ?? noAnswer, market);
  if (judged.length === 1) return first;
  // Also when the status of one would say something: a batch has one status, and it need not be that one's.
  if (judged.some(({ rule, verdict }) => rule === undefined || verdict.class === 'unknown')) {
    const codes = [...new Set(telling.map(({ code }) => code ?? 'no code'))].join(', ');
    const isOpen = judged.some(({ verdict }) => verdict.retry === 'read-back');
    const because = `one of several is not known: ${codes}`;
    const said = { ...(isOpen ? { retry: 'read-back' as const } : {}), because };
    return { rule: undefined, verdict: verdictOf('unknown', noAnswer, market, said) };
  }
  return judged.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? first;
}

const noAnswer: RawError = { code: undefined, status: undefined, message: undefined };

/** Lower is taken first; of the same class and scope, what stands longer. */
function rankOf({ verdict }: Judged): number {
  const order = precedence.indexOf(verdict.class) * scopeOrder.length + scopeOrder.indexOf(verdict.scope);
  return order + 1 / (2 + (verdict.expiryMs ?? Number.POSITIVE_INFINITY));
}

function fits({ codes, text, status }: ErrorRule, raw: RawError): boolean {
  if (!isAmong(codes, raw.code)) return false;
  if (status !== undefined && status !== raw.status) return false;
  return text === undefined || text.says.test((raw.message ?? '').slice(0, mostLetters));
}

function isAmong(codes: readonly string[], code: string | undefined): boolean {
  const wanted = code?.toLowerCase();
  return codes.some((each) => each.toLowerCase() === wanted);
}

/** A code may have several rules; then the name says which one it was. */
function nameOf(rule: ErrorRule, code: string | undefined): string {
  const name = rule.codes.find((each) => isAmong([each], code)) ?? '';
  return rule.text === undefined && rule.status === undefined ? name : `${name}: ${rule.means}`;
}

type SaidTerms = Partial<ErrorTerms>;
type Said = SaidTerms & { readonly retryAfterMs?: number; readonly because: string };

/** What a class means, with what a rule says otherwise. */
export function termsOf(name: ErrorClass, said: SaidTerms): ErrorTerms {
  const terms = classTerms[name];
  const scope = said.scope ?? terms.scope;
  const blocksMachines = scope === 'offer' || scope === 'zone' || scope === 'region' || scope === 'account';
  return {
    ...{ scope, retry: said.retry ?? terms.retry, expiry: said.expiry ?? terms.expiry },
    reach: blocksMachines ? (said.reach ?? terms.reach) : undefined,
  };
}

function verdictOf(name: ErrorClass, raw: RawError, market: Market, said: Said): ErrorVerdict {
  const { scope, reach, retry, expiry } = termsOf(name, said);
  return {
    ...{ class: name, scope, reach, retry, because: said.because },
    retryAfterMs: raw.retryAfterMs ?? said.retryAfterMs,
    expiryMs: expiry === undefined || expiry === 'until-changed' ? undefined : expiryFor(expiry, market),
  };
}

function expiryFor({ spotMs, otherMs }: Expiry, market: Market): number {
  return market === 'spot' ? spotMs : otherMs;
}

/** A time-out on their side says as little as one on ours. */
const timeoutStatuses: readonly number[] = [408, 504];

/** Without a status nobody knows whether it was done: a code that is not known does not say that it was refused. */
function judgeByStatus(table: ErrorTable, raw: RawError, market: Market): ErrorVerdict {
  const { status } = raw;
  const isOpen = status === undefined || timeoutStatuses.includes(status);
  const because = `${whyNoRule(table, raw)}${status === undefined ? '' : `, HTTP ${status}`}`;
  if (isOpen) return verdictOf('unknown', raw, market, { retry: 'read-back', because });
  // What is forbidden is forbidden where it was asked for: no code says that all of the account is.
  const scope = status === 403 ? ({ scope: 'site' } as const) : {};
  return verdictOf(classOfStatus(status), raw, market, { ...scope, because });
}

function whyNoRule({ rules }: ErrorTable, { code, status }: RawError): string {
  if (code === undefined) return status === undefined ? 'no answer' : 'no code';
  return rules.some(({ codes }) => isAmong(codes, code)) ? 'its text is not in the table' : 'not in the table';
}

function classOfStatus(status: number): ErrorClass {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'throttled';
  return status >= 500 && status <= 599 ? 'transient' : 'unknown';
}
