/** Reads how many replicas are wanted when: CSV, `at_ms,replicas`, in order of time. */
import { GodwitError } from '../../errors.ts';
import type { Demand, DemandPoint } from '../../model/backtest.ts';
import { linesOf, refuse, type TraceFile } from './refuse.ts';

const header = 'at_ms,replicas';
const mostReplicas = 100;

/** The first point holds from the begin. Throws `ConfigInvalid`, naming file and line. */
export function readDemand(file: TraceFile): Demand {
  const [first, ...rows] = linesOf(file);
  const hint = `the first line is ${header}; then such as 0,4`;
  if (first?.text !== header) throw refuse({ path: file.path, line: first?.line ?? 1 }, `no "${header}"`, hint);
  const points: DemandPoint[] = [];
  for (const row of rows) {
    const [, at, count] = /^(\d{1,15}),\s*(\d{1,3})$/.exec(row.text) ?? [];
    const point = { atMs: Number(at), replicas: Number(count) };
    if (at === undefined || point.replicas > mostReplicas)
      throw refuse(row, `not milliseconds and 0 to ${mostReplicas} replicas`, hint);
    const last = points.at(-1);
    if (last === undefined && point.atMs !== 0) throw refuse(row, 'the first row is not about 0 ms', hint);
    if (last !== undefined && point.atMs <= last.atMs)
      throw refuse(row, `${point.atMs} ms is not after the row above`, 'sort the rows by at_ms');
    points.push(point);
  }
  return demandOf(points);
}

/** What of it lies before the end of the trace. Throws `ConfigInvalid` when nothing is wanted until then. */
export function demandUntil({ wanted, demand }: Demand, endMs: number): Demand {
  if (demand === undefined) return { wanted };
  const inside = demandOf(demand.filter(({ atMs }) => atMs < endMs));
  if (inside.wanted > 0) return inside;
  throw new GodwitError('ConfigInvalid', 'no replica is wanted before the trace ends', {
    hint: 'want one in the demand that is given',
  });
}

function demandOf(demand: readonly DemandPoint[]): Demand {
  return { wanted: Math.max(0, ...demand.map(({ replicas }) => replicas)), demand };
}
