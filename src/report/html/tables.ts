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
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table class="${look}"><caption>${caption}</caption>
    <thead><tr>${head.map((each) => html`<th scope="col">${each}</th>`)}</tr></thead><tbody>
    ${rows.map(row)}</tbody></table></div>`;
}

function row([first, ...others]: readonly Part[]): Markup {
  return html`<tr><th scope="row">${first}</th>${others.map((each) => html`<td>${each}</td>`)}</tr>
  `;
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

/** A part of the page with its heading. */
export function section(title: string, ...content: readonly Part[]): Markup {
  return html`<section><h2>${title}</h2>${content}</section>
  `;
}

/** The table, or what to say when it would be empty. */
export function tableOr(none: Part, ...table: Parameters<typeof dataTable>): Markup {
  return table[2].length === 0 ? html`<p>${none}</p>` : dataTable(...table);
}
