/**
 * Reads public records of spot clusters, each as one pool of the file's name. None has a price. Shapes as in
 * github.com/uclasystem/bamboo (2022-07-28) and github.com/Hsword/SpotServe, branch artifact (2024-02-22).
 */
import type { Trace } from '../../model/trace.ts';
import { evenly, PoolRecord } from './pool-record.ts';
import { type Line, linesOf, refuse, shapesHint, type TraceFile } from './refuse.ts';

/** Reads one record; undefined when its first line has none of the public shapes. */
export function readPublic(file: TraceFile): Trace | undefined {
  const lines = linesOf(file);
  const shape = shapes.find(({ first }) => first.test(lines[0]?.text ?? ''));
  if (shape === undefined) return undefined;
  const { record, endMs } = shape.read(lines);
  const site = nameOf(file.path);
  return {
    endMs,
    pools: [{ site, machine: 'any', market: 'spot', nodes: record.close(endMs), isAssumed: false }],
  };
}

interface Reading {
  readonly record: PoolRecord;
  readonly endMs: number;
}

const nodeEvent = /^(\d+),\s*(add|remove),\s*(\S+)$/;
const nodeList = /^\[(\d+),\s*"(add|remove|DONE)",\s*\{"nodes":\s*\[(.*)\]\}\]$/;
const datedCount = /^(\d{4}-\d\d-\d\d),\s*(\d\d:\d\d:\d\d),\s*(\d+)$/;
const hourCount = /^(\d+\.\d+),\s*(\d+)$/;

const shapes: readonly { readonly first: RegExp; read(lines: readonly Line[]): Reading }[] = [
  { first: nodeEvent, read: readEvents },
  { first: nodeList, read: readLists },
  { first: datedCount, read: (lines) => readCounts(lines, datedAt, 'write 2021-12-11, 11:11:30, 55') },
  { first: hourCount, read: (lines) => readCounts(lines, hoursAt, 'write 12.250,9: hours, then how many') },
];

/** Machines by name, each with its own line: `480000,add,node1`. */
function readEvents(lines: readonly Line[]): Reading {
  const record = new PoolRecord();
  let lastMs = 0;
  for (const line of lines) {
    const [, at, verb, name = ''] = nodeEvent.exec(line.text) ?? [];
    if (at === undefined) throw refuse(line, 'not milliseconds, add or remove, and a name', 'write 480000,add,node1');
    lastMs = inOrder(line, Number(at), lastMs);
    change(record, line, verb === 'add', { name, atMs: lastMs });
  }
  return { record, endMs: lastMs };
}

/** Machines by name, those of one moment together: `[60000, "remove", {"nodes": ["node-4"]}]`. `DONE` is the end. */
function readLists(lines: readonly Line[]): Reading {
  const record = new PoolRecord();
  let lastMs = 0;
  for (const line of lines) {
    const [, at, verb, list = ''] = nodeList.exec(line.text) ?? [];
    const hint = 'write [60000, "remove", {"nodes": ["node-4"]}]';
    if (at === undefined) throw refuse(line, 'not milliseconds, add or remove, and nodes', hint);
    lastMs = inOrder(line, Number(at), lastMs);
    const names = list.split(',').map((each) => each.trim());
    if (list.trim() === '' || verb === 'DONE') continue;
    for (const quoted of names) {
      const name = /^"([^"]+)"$/.exec(quoted)?.[1];
      if (name === undefined) throw refuse(line, `${quoted} is no name in quotes`, hint);
      change(record, line, verb === 'add', { name, atMs: lastMs });
    }
  }
  return { record, endMs: lastMs };
}

function change(
  record: PoolRecord,
  line: Line,
  isAdd: boolean,
  { name, atMs }: { readonly name: string; readonly atMs: number },
): void {
  if (record.has(name) === isAdd) {
    const what = isAdd ? `${name} is there already` : `${name} is not there`;
    throw refuse(line, `${what}, so it cannot be ${isAdd ? 'added' : 'removed'}`, shapesHint);
  }
  if (isAdd) record.add(atMs, name);
  else record.remove(atMs, name);
}

/** Counts at moments; the last word on a moment counts. */
function readCounts(
  lines: readonly Line[],
  read: (text: string) => { readonly atMs: number; readonly count: number } | undefined,
  hint: string,
): Reading {
  let points: { readonly atMs: number; readonly count: number }[] = [];
  for (const line of lines) {
    const point = read(line.text);
    if (point === undefined) throw refuse(line, 'not a time and a whole number of machines', hint);
    // One that goes back in time was measured: those it overtakes were only drawn out from the measurement before.
    points = [...points.filter(({ atMs }) => atMs < point.atMs), point];
  }
  const beginMs = points[0]?.atMs ?? 0;
  const record = new PoolRecord();
  for (const { atMs, count } of points) {
    const taken = Math.max(0, record.count - count);
    record.set(atMs - beginMs, { capacity: count, taken }, evenly);
  }
  return { record, endMs: (points.at(-1)?.atMs ?? 0) - beginMs };
}

function datedAt(text: string): { readonly atMs: number; readonly count: number } | undefined {
  const [, day, time, count] = datedCount.exec(text) ?? [];
  const atMs = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(atMs) ? undefined : { atMs, count: Number(count) };
}

function hoursAt(text: string): { readonly atMs: number; readonly count: number } | undefined {
  const [, hours, count] = hourCount.exec(text) ?? [];
  return hours === undefined ? undefined : { atMs: Math.round(Number(hours) * 3_600_000), count: Number(count) };
}

function inOrder(line: Line, atMs: number, lastMs: number): number {
  if (atMs < lastMs) throw refuse(line, `${atMs} ms is before the line above`, 'sort the lines by time');
  return atMs;
}

/** The file's name without folder and ending. */
function nameOf(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
}
