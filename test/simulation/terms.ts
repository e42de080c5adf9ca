/** What `npm run sim` was asked for. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Faults, faultNames } from './draw.ts';

export interface Terms {
  readonly faults: Faults;
  /** The first seed. */
  readonly from: number;
  /** Number of seeds; undefined: as many as there is time for. */
  readonly seeds: number | undefined;
  /** No world is begun after so many seconds. */
  readonly seconds: number | undefined;
  /** Threads, from 1. */
  readonly workers: number;
  readonly hasSeeds: boolean;
  readonly hasMutants: boolean;
  /** Scenes with each misfortune at each call. */
  readonly hasPoints: boolean;
  /** A line as printed for a violation. */
  readonly replay: string | undefined;
  /** With `--replay`: the journal's entries between what struck. */
  readonly hasJournal: boolean;
  /** With `--replay`: the world is cut down and kept under this title. */
  readonly regress: string | undefined;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** What was typed is not understood; the message says what is. */
export class UsageError extends Error {}

export const usage = `npm run sim -- [options]
  --seeds N        so many worlds               --from S      the first seed (1)
  --seconds T      begin none after T s (30 without --seeds)
  --faults NAME    ${faultNames.join(', ')} (all)     --workers N   threads (one per core)
  --mutants        deliberate faults, each to be found
  --points         each misfortune at each call of a few scenes, and each pair of crashes in a step; not more than T s
  --replay 'LINE'  one world again, from the line printed with its violation
  --journal        with --replay: the journal between what struck
  --regress 'WHY'  with --replay: cut it down and keep it in fixtures/regress, with what was wrong
  -o json          one object instead of text`;

/** So long without `--seeds`, in seconds. */
const usualSeconds = 30;
/** Seeds and their number fit into 32 bits. */
const most = 2 ** 31 - 1;

/** Throws `UsageError`. */
export function readTerms(argv: readonly string[]): Terms {
  const values = parse(argv);
  const number = (name: 'seeds' | 'seconds' | 'from' | 'workers', limit = most): number | undefined => {
    const typed = values[name];
    if (typed === undefined) return undefined;
    const value = Number(typed);
    if (/^\d+$/.test(typed) && value >= 1 && value <= limit) return value;
    throw new UsageError(`--${name} ${typed}: write a whole number from 1 to ${limit}`);
  };
  const faults = faultNames.find((name) => name === values.faults);
  if (faults === undefined) throw new UsageError(`--faults ${values.faults}: one of ${faultNames.join(', ')}`);
  if (values.output !== 'json' && values.output !== 'table') throw new UsageError(`-o ${values.output}: json or table`);
  if (values.regress !== undefined && values.replay === undefined)
    throw new UsageError(`--regress ${values.regress}: say which world with --replay`);
  const [seeds, seconds] = [number('seeds'), number('seconds')];
  const hasSeeds =
    !(values.mutants || values.points) || seeds !== undefined || (seconds !== undefined && !values.points);
  return {
    ...{
      faults,
      from: number('from') ?? 1,
      seeds,
      hasSeeds,
      hasMutants: values.mutants,
      hasPoints: values.points,
      replay: values.replay,
    },
    seconds: seconds ?? (seeds === undefined && hasSeeds ? usualSeconds : undefined),
    workers: number('workers', 256) ?? availableParallelism(),
    hasJournal: values.journal,
    regress: values.regress,
    isJson: values.output === 'json',
    isHelp: values.help,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seconds: { type: 'string' },
        faults: { type: 'string', default: 'all' },
        workers: { type: 'string' },
        mutants: { type: 'boolean', default: false },
        points: { type: 'boolean', default: false },
        replay: { type: 'string' },
        journal: { type: 'boolean', default: false },
        regress: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
        output: { type: 'string', short: 'o', default: 'table' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
