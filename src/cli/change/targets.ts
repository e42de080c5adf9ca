/** Where a shift goes: one site, a split over several, or wherever is best. */
import { GodwitError } from '../../errors.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Weights } from '../../model/route.ts';
import type { Wish } from '../../model/wish.ts';
import { findSite } from '../open-config.ts';

/** `auto`, `site-b`, or `site-b=70,site-c=30`. Throws `UsageInvalid` for a split that is not 100 in all, `NotFound` for a site. */
export function targetsOf(typed: string | undefined, deployment: Deployment): Pick<Wish, 'to' | 'split'> {
  if (typed === undefined || typed === 'auto') return { to: undefined };
  if (!typed.includes('=')) return { to: findSite(deployment, typed) };
  return { to: undefined, split: splitOf(typed, deployment, toOption) };
}

/** `site-a=60,site-b=40`; a site that is not named gets none. Throws as `targetsOf` does. */
export function weightsOf(typed: string, deployment: Deployment): Weights {
  return splitOf(typed, deployment, weightsOption);
}

/** What an option is called, and what is wrong with a value of it. */
interface Option {
  readonly flag: string;
  readonly hint: string;
}

const toOption: Option = {
  flag: '--to',
  hint: 'write each site with its percent of what is moved: --to site-b=70,site-c=30',
};
const weightsOption: Option = {
  flag: '--weights',
  hint: 'write each site with its percent of all traffic: --weights site-a=60,site-b=40',
};

function splitOf(typed: string, deployment: Deployment, option: Option): Weights {
  const parts = typed.split(',').map((part) => partOf(part, deployment, option));
  const names = parts.map(([site]) => site);
  const sum = parts.reduce((total, [, pct]) => total + pct, 0);
  if (new Set(names).size < names.length) throw badSplit(typed, 'names a site twice', option);
  if (sum !== 100) throw badSplit(typed, `is ${sum}% in all, not 100%`, option);
  return Object.fromEntries(parts);
}

function partOf(part: string, deployment: Deployment, option: Option): readonly [site: string, pct: number] {
  const [, site = '', digits = ''] = /^\s*([^=]+)=(\d{1,3})%?\s*$/.exec(part) ?? [];
  const pct = Number(digits);
  if (site === '' || pct < 1 || pct > 100) throw badSplit(part, 'is no part of a split', option);
  return [findSite(deployment, site), pct];
}

function badSplit(typed: string, what: string, { flag, hint }: Option): GodwitError {
  return new GodwitError('UsageInvalid', `${flag} ${typed} ${what}`, { hint });
}
