/** Tables that a screen reader can walk, a narrow screen can scroll and a printer can break. */
import { clockTime, iso } from '../text/time.ts';
import { html, type Markup, type Part } from './markup.ts';

/** The first cell of a row names it. `narrow`: figures, in columns as wide as their heads. */
export function dataTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Part[])[],
  look: '' | 'figures' = '',
): Markup {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${look}"><caption>${caption}</caption><thead><tr>${head.map((each) => html`<th scope="col">${each}</th>`)}</tr></thead><tbody>
${rows.map(([first, ...others]) => html`<tr><th scope="row">${first}</th>${others.map((each) => html`<td>${each}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

/** Name and value, one under the other. */
export function facts(pairs: readonly (readonly [name: string, value: Part])[]): Markup {
  return html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

/** A word on a coloured ground; the word alone says it. */
export function badge(tone: 'good' | 'bad' | 'warn', word: string): Markup {
  return html`<span class="badge ${tone}">${word}</span>`;
}

/** A moment that is never broken between its letters. */
export function clock(atMs: number): Markup {
  return html`<time datetime="${iso(atMs)}">${clockTime(atMs)}</time>`;
}
