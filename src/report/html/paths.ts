/** Paths of drawings: steps, areas and lines, broken where nothing was seen. */
import { Markup, round } from './markup.ts';

/** A level over a stretch, in units of the drawing. */
export interface Level {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
}

/** Stretches that follow each other are joined; the same level again adds nothing. */
export function stepLine(levels: readonly Level[]): Markup {
  return new Markup(stepPath(levels));
}

function stepPath(levels: readonly Level[]): string {
  let path = '';
  let last: Level | undefined;
  for (const level of levels) {
    if (last === undefined || Math.abs(level.x0 - last.x1) > 0.5)
      path += `${last === undefined ? '' : `H${round(last.x1)}`}M${round(level.x0)} ${round(level.y)}`;
    else if (round(level.y) !== round(last.y)) path += `H${round(level.x0)}V${round(level.y)}`;
    last = level;
  }
  return last === undefined ? '' : `${path}H${round(last.x1)}`;
}

/** Between two levels. */
export interface Band extends Level {
  /** The lower edge. */
  readonly below: number;
}

/** Closed, one part for each run of stretches without a hole. */
export function stepArea(bands: readonly Band[]): Markup {
  const parts: Band[][] = [];
  for (const band of bands) {
    const last = parts.at(-1)?.at(-1);
    if (last === undefined || Math.abs(band.x0 - last.x1) > 0.5) parts.push([band]);
    else parts.at(-1)?.push(band);
  }
  return new Markup(parts.map(closed).join(''));
}

function closed(bands: readonly Band[]): string {
  const back = bands.map(({ x0, x1, below }) => ({ x0: x1, x1: x0, y: below })).toReversed();
  return `${stepPath(bands)}${stepPath(back).replace('M', 'L')}Z`;
}

/** Through points; undefined: nothing was measured there. */
export function pointLine(points: readonly (readonly [x: number, y: number] | undefined)[]): Markup {
  let path = '';
  let isDrawing = false;
  for (const point of points) {
    if (point !== undefined) path += `${isDrawing ? 'L' : 'M'}${round(point[0])} ${round(point[1])}`;
    isDrawing = point !== undefined;
  }
  return new Markup(path);
}

/** The end of a scale that begins at 0: a round number that is at least `most`. */
export function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 2.5, 5, 10].find((each) => each * power >= most) ?? 10) * power;
}
