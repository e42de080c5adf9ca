/** What stands for a time or until it is taken back, for `status`: what it is, how long still, and how to end it. Pure. */
import type { Fault } from '../model/fault.ts';
import type { Pin } from '../model/pin.ts';
import type { Standing } from '../model/standing.ts';
import type { Temporary } from '../report/status-view.ts';
import type { LeftRun } from './drill-runs.ts';

/** The soonest end first; what has none comes last. What is only remembered (an acknowledgement) is not among them. */
export function temporaries(standing: readonly Standing[], atMs: number): readonly Temporary[] {
  return standing
    .flatMap((each) => temporaryOf(each, atMs))
    .sort((a, b) => (a.untilMs ?? Number.POSITIVE_INFINITY) - (b.untilMs ?? Number.POSITIVE_INFINITY));
}

function temporaryOf(standing: Standing, atMs: number): readonly Temporary[] {
  const { kind, deployment, by, reason, untilMs } = standing;
  const base = { kind, by: `${by.name}@${by.host}`, reason, untilMs };
  switch (standing.kind) {
    case 'pause': {
      const isOver = untilMs !== undefined && untilMs <= atMs;
      return isOver ? [] : [{ ...base, what: 'automation is paused', end: `godwit unpause ${deployment}` }];
    }
    case 'shift': {
      const { operationId } = standing;
      return [{ ...base, what: `shift ${operationId}`, end: `godwit op return ${operationId}` }];
    }
    case 'out': {
      // A long name is cut off at its end, and the command names the site anyway.
      const what = `${standing.isStopped ? 'stopped' : 'drained'}: ${standing.site}`;
      return [{ ...base, what, end: `godwit start ${deployment} --site ${standing.site}` }];
    }
    case 'scale': {
      const { site, replicas, instead } = standing;
      return [
        {
          ...base,
          what: `scaled to ${replicas}: ${site}`,
          end: `godwit scale ${deployment} --site ${site} --replicas ${instead}`,
        },
      ];
    }
    case 'weights': {
      // As it can be typed: a site that gets nothing is not named.
      const some = Object.entries(standing.instead).filter(([, pct]) => pct > 0);
      const typed = some.map(([site, pct]) => `${site}=${pct}`);
      const end = `godwit switchover ${deployment} --weights ${typed.join(',')} --keep`;
      return [{ ...base, what: 'weights kept', end }];
    }
    case 'slots':
    case 'adopted':
    case 'ack':
    case 'unblock':
      return [];
  }
}

/** What the gateway itself keeps: said while the store was down, and not taken over yet. */
export function pinned({ deployment, kind, by, reason, untilMs }: Pin): Temporary {
  return {
    ...{ kind: 'pin', what: `${kind} kept by the gateway`, by: `${by.name}@${by.host}`, reason, untilMs },
    end: `godwit unpause ${deployment}`,
  };
}

/** What a drill breaks: kept up for seconds at a time until its end, so that those are no countdown of it. */
export function drilled({ run, kind, site, sharePct, by }: Fault): Temporary {
  return {
    ...{ kind: 'drill', what: `drill at ${site}`, by: `${by.name}@${by.host}` },
    ...{ reason: `${kind} of ${sharePct}%`, untilMs: undefined, end: `godwit drill abort ${run}` },
  };
}

/** What a drill broke whose process is gone: nobody else says what the site lacks. */
export function leftBehind({ run, by }: LeftRun): Temporary {
  return {
    ...{ kind: 'drill-left', what: `${run} not undone`, by: `${by.name}@${by.host}`, reason: undefined },
    ...{ untilMs: undefined, end: `godwit drill undo ${run}` },
  };
}
