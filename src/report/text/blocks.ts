/** What holds back starts, one line each. */
import type { Attempt, Block } from '../../model/block.ts';
import { nameOfOffer } from '../../model/offer.ts';
import type { ErrorClass } from '../../model/provider-error.ts';
import type { Reason } from '../../model/reason.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { clockTime } from './time.ts';
import { cut } from './width.ts';

interface Row {
  readonly deployment: string;
  /** Where it was met. */
  readonly site: string;
  readonly holdsAt: readonly string[];
  readonly reason: Reason;
  readonly block?: Block;
}

/** Within `style.width`: each with its reason on a line of its own, then what a person can do about each kind of refusal. */
export function blocksText(blocks: readonly Row[], nowMs: number, style: Style): string {
  const rows = blocks.map(({ deployment, site, reason, block }) => [
    sanitize(deployment, 20),
    sanitize(site, 20),
    block === undefined ? 'everything' : sanitize(blockedText(block), 60),
    untilText(reason.untilMs, block?.isUntilChanged === true, nowMs),
  ]);
  const [head = '', ...lines] = table(
    [
      { title: 'DEPLOYMENT', align: 'left', maxWidth: 16 },
      { title: 'SITE', align: 'left', maxWidth: 20 },
      { title: 'BLOCKED', align: 'left', maxWidth: 44 },
      { title: 'UNTIL', align: 'left', maxWidth: 36 },
    ],
    rows,
    style,
  );
  const whys = blocks.map(({ site, holdsAt, reason, block }) => {
    const why = `  ${sanitize(block === undefined ? reason.message : `${block.code}: ${block.message}`)}`;
    const isElsewhere = holdsAt.some((each) => each !== site);
    const where = `  met at ${sanitize(site, 20)}, holds at ${holdsAt.map((each) => sanitize(each, 20)).join(', ')}`;
    return [why, ...(isElsewhere ? [where] : [])].map((line) => cut(line, style.width));
  });
  return [
    head,
    ...lines.flatMap((line, index) => [line, ...(whys[index] ?? [])]),
    ...todoLines(
      blocks.flatMap(({ block }) => block?.class ?? []),
      style,
    ),
  ].join('\n');
}

/** What was cleared: what each blocked, where it was met, and the provider's own code. */
export function clearedLines(blocks: readonly Block[], style: Style): readonly string[] {
  return blocks.map((block) => {
    const what = sanitize(blockedText(block), 60);
    return cut(`  ${what}, met at ${sanitize(block.site, 20)}: ${sanitize(block.code, 60)}`, style.width);
  });
}

function untilText(untilMs: number | undefined, isUntilChanged: boolean, nowMs: number): string {
  if (untilMs === undefined) return '?';
  // Only somebody's change ends it: what is known is when it is looked at again.
  const at = clockTime(untilMs);
  return isUntilChanged ? `changed, or ${at}` : `${at} (in ${age(Math.max(0, untilMs - nowMs))})`;
}

/** What nobody asks for now: `p5 family in us-east-1, on-demand`. */
function blockedText({ offer, scope, reach, region, account, provider }: Block): string {
  if (scope === 'spec') return `this request at every ${provider} site`;
  if (offer === undefined || reach === undefined) return 'everything';
  const where = { account: `account ${account ?? 'of the site'}`, region: region ?? 'the region' }[
    scope as 'account' | 'region'
  ];
  if (where === undefined && reach.machines !== 'all') return nameOfOffer(offer);
  const what = { all: 'all machines', family: `${offer.family} family`, type: offer.machine, larger: offer.machine };
  const market = reach.markets === 'all' ? '' : `, ${offer.market}`;
  return `${what[reach.machines]} in ${where ?? offer.zone ?? 'the zone'}${market}`;
}

const todos: Readonly<Partial<Record<ErrorClass, string>>> = {
  capacity: 'sold out: godwit start DEPLOYMENT --anywhere, or wait',
  quota: 'ask for more, or elsewhere: godwit start DEPLOYMENT --anywhere',
  auth: 'renew the credentials or grant the permission',
  invalid: 'the request itself is wrong: change the site’s settings',
  unknown: 'not known yet: read the provider’s message',
};

function todoLines(classes: readonly ErrorClass[], style: Style): readonly string[] {
  return [...new Set(classes)].flatMap((name) => {
    const text = todos[name];
    return text === undefined ? [] : [cut(`${name.padEnd(8)}  ${text}`, style.width)];
  });
}

/** More attempts than this of one step are counted, not shown. */
const mostAttempts = 20;

/** What a start asked for in vain, and what it did not ask for; each with the provider's own code and when to try again. */
export function attemptLines(attempts: readonly Attempt[], style: Style): readonly string[] {
  const lines = attempts
    .slice(0, mostAttempts)
    .map(({ site, offer, state, code, message, untilMs, isUntilChanged }) => {
      const what = offer === undefined ? 'everything' : nameOfOffer(offer);
      const how = state === 'refused' ? 'refused' : 'not asked';
      const again =
        untilMs === undefined
          ? ''
          : `, again ${isUntilChanged ? 'once that is changed, looked at ' : ''}at ${clockTime(untilMs)}`;
      return cut(
        `      ${sanitize(site, 24)}  ${sanitize(what, 60)}  ${how}: ${sanitize(code, 60)}${again}: ${sanitize(message)}`,
        style.width,
      );
    });
  return attempts.length > mostAttempts ? [...lines, `      and ${attempts.length - mostAttempts} more`] : lines;
}
