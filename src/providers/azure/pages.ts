/** Lists that come in pages. */
import { fieldsOf, itemsOf, textOf } from '../../model/wire-fields.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Told } from '../shared/told.ts';
import type { Answer, Arm } from './arm.ts';

/** Pages of one list at most. */
const mostPages = 50;

/**
 * `first`: the first page, as the SDK asks for it. The further ones by their addresses: the SDK's own way to them cannot be
 * given up. Checked 2026-11-27: @azure/arm-compute 25.1.1, static-helpers/pagingHelpers.
 */
export async function listAll(arm: Arm, call: ReadCall, first: Told<Answer>): Promise<Told<readonly unknown[]>> {
  const found: unknown[] = [];
  let told = first;
  for (let page = 1; told.kind === 'done'; page += 1) {
    const { value, nextLink } = fieldsOf(told.value.body);
    found.push(...itemsOf(value));
    const next = textOf(nextLink);
    if (next === undefined) return { kind: 'done', value: found };
    if (page === mostPages) return tooManyPages(found.length);
    told = await arm.visit(call, 'GET', next);
  }
  return told;
}

function tooManyPages(found: number): Told<never> {
  const message = `more than ${mostPages} pages, with ${found} things so far`;
  return { kind: 'unknown', error: { class: 'unknown', code: 'TooManyPages', message } };
}
