/** The one axis of time that all drawings of a page share, and what is marked on it. */
import type { DrillRun } from '../../model/drill-run.ts';
import { type StoryKind, storyItems } from '../drill-story.ts';
import { clockTime } from '../text/time.ts';
import { html, type Markup, round } from './markup.ts';

/** Of every drawing, in its own units. */
export const drawing = { width: 960, left: 64, right: 16, top: 34 } as const;
const plotWidth = drawing.width - drawing.left - drawing.right;

/** A place on the axis. */
export interface Mark {
  readonly atMs: number;
  readonly kind: StoryKind;
  /** Line of the timeline, from 1. */
  readonly number: number;
}

export interface Axis {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly marks: readonly Mark[];
  /** While something was broken; undefined: nothing was. */
  readonly broken: readonly [fromMs: number, untilMs: number] | undefined;
  /** To the right, in units of the drawing. */
  x(atMs: number): number;
}

/** A stretch of a run, epoch milliseconds. */
export type Window = readonly [fromMs: number, untilMs: number];

/** From the first to the last of what is known; `window`: only so much of it. */
export function axisOf(run: DrillRun, window?: Window): Axis {
  const times = [run.beganAtMs, run.endedAtMs, ...ends(run.samples), ...ends(run.load)];
  const fromMs = Math.max(Math.min(...times), window?.[0] ?? 0);
  const untilMs = Math.min(Math.max(...times, fromMs + 1000), window?.[1] ?? Number.POSITIVE_INFINITY);
  const { faultAtMs, undoneAtMs } = run;
  return {
    ...{ fromMs, untilMs },
    marks: storyItems(run)
      .map(({ atMs, kind }, index) => ({ atMs, kind, number: index + 1 }))
      .filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs),
    broken: faultAtMs === undefined ? undefined : [faultAtMs, undoneAtMs ?? untilMs],
    x: (atMs) => drawing.left + ((Math.min(Math.max(atMs, fromMs), untilMs) - fromMs) / (untilMs - fromMs)) * plotWidth,
  };
}

function ends(items: readonly { readonly atMs: number }[]): readonly number[] {
  return [items[0], items.at(-1)].flatMap((each) => each?.atMs ?? []);
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Ticks at whole times in UTC, at most eight; nothing is written where it would not fit. */
export function timeAxis({ fromMs, untilMs, x }: Axis, bottom: number): Markup {
  const stepMs = 1000 * (steps.find((each) => (untilMs - fromMs) / 1000 / each <= 8) ?? 604_800);
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const ticks = Array.from(
    { length: Math.floor((untilMs - first) / stepMs) + 1 },
    (_, index) => first + index * stepMs,
  );
  const isShort = stepMs % 60_000 === 0;
  return html`<path class="axis" d="M${drawing.left} ${bottom}H${drawing.width - drawing.right}"/>${ticks.map(
    (atMs) => {
      const at = x(atMs);
      if (at > drawing.width - 62) return '';
      return html`<path class="axis" d="M${round(at)} ${bottom}v4"/>
      <text class="tick" x="${round(at)}" y="${bottom + 17}"
        text-anchor="${at < drawing.left + 24 ? 'start' : 'middle'}">${clockTime(atMs).slice(0, isShort ? 5 : 8)}</text>`;
    },
  )}<text class="tick" x="${drawing.width - 2}" y="${bottom + 17}" text-anchor="end">UTC</text>`;
}

/** The ground of a drawing: the time in which something was broken. */
export function brokenGround({ broken, x }: Axis, bottom: number): Markup {
  if (broken === undefined) return html``;
  const [from, until] = [x(broken[0]), x(broken[1])];
  const width = round(Math.max(1, until - from));
  return html`<rect class="broken" x="${round(from)}" y="${drawing.top}" width="${width}" height="${bottom - drawing.top}"/>`;
}

/** Nearer than this, numbers of marks would lie upon each other. */
const roomForNumber = 30;
/** Lines of stages and steps alone would hide what is drawn. */
const strong: readonly StoryKind[] = ['fault', 'undo', 'decision', 'operation', 'step', 'abort', 'note'];

/** A line for each mark; above them the lines of the timeline that they are, several in one where they are near. */
export function markLines({ marks, x }: Axis, bottom: number): Markup {
  const shown = marks.filter(({ kind }) => strong.includes(kind));
  const groups: { at: number; numbers: number[] }[] = [];
  for (const { atMs, number } of shown) {
    const at = x(atMs);
    const last = groups.at(-1);
    if (last !== undefined && at - last.at < roomForNumber) last.numbers.push(number);
    else groups.push({ at, numbers: [number] });
  }
  const lines = shown.map(
    ({ atMs, kind }) => html`<path class="mark ${kind}" d="M${round(x(atMs))} ${drawing.top - 6}V${bottom}"/>`,
  );
  return html`${lines}${groups.map(({ at, numbers }) => {
    const [first = 0, last = first] = [numbers[0], numbers.at(-1)];
    return html`<text class="number" x="${round(Math.min(at, drawing.width - drawing.right - 12))}"
      y="${drawing.top - 12}" text-anchor="middle">${first === last ? first : `${first}–${last}`}</text>`;
  })}`;
}
