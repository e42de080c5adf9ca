/** Answers in pages, asked for to the last; and filters as the API has them. */
import type { Filter } from '@aws-sdk/client-ec2';

/** Results a page, the most there are for most calls (API_DescribeInstances, checked 2026-11-26), and pages at most. */
export const pageSize = 1000;
const mostPages = 20;

/** By name; any one of several values fits, and `*` stands for any letters. */
export type Filters = Readonly<Record<string, string | readonly string[]>>;

/** As a request carries them. */
export function filtersOf(filters: Filters): Filter[] {
  return Object.entries(filters).map(([Name, value]) => ({
    Name,
    Values: typeof value === 'string' ? [value] : [...value],
  }));
}

/** Throws when there are more pages than a site can have. */
export async function allPages<Page extends { readonly NextToken?: string | undefined }, T>(
  ask: (page: { NextToken?: string }) => Promise<Page>,
  itemsOf: (page: Page) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  let next: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const page = await ask(next === undefined ? {} : { NextToken: next });
    found.push(...itemsOf(page));
    if (page.NextToken === undefined || page.NextToken === '') return found;
    next = page.NextToken;
  }
  throw Object.assign(new Error(`more than ${mostPages} pages of results`), { name: 'TooManyPages' });
}
