/** What the built-in model server is told on its command line. */
import { parseArgs } from 'node:util';
import { GodwitError } from '../../errors.ts';

/** What is broken about it; changeable while it runs (`POST /faults`). */
export interface Faults {
  /** Completions are accepted and never answered; `/health` stays 200. */
  readonly hang: boolean;
  /** Share of completions answered with 500, 0–1. */
  readonly errors: number;
  /** First-token time instead of the normal one, milliseconds. */
  readonly firstTokenMs: number | undefined;
  /** Streams fall silent after this many tokens. */
  readonly stallAfterTokens: number | undefined;
  /** Answers under another model's name. */
  readonly wrongModel: string | undefined;
}

export const noFaults: Faults = {
  hang: false,
  errors: 0,
  firstTokenMs: undefined,
  stallAfterTokens: undefined,
  wrongModel: undefined,
};

export interface ModelServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly model: string;
  /** Until then every path answers 503, milliseconds. */
  readonly loadMs: number;
  /** Median first-token time, milliseconds. */
  readonly firstTokenMs: number;
  /** Spread of a log-normal first-token time; 0 is always the median. */
  readonly firstTokenSigma: number;
  /** 0: all tokens at once. */
  readonly tokensPerSecond: number;
  /** Completions worked on at once; more wait. */
  readonly concurrency: number;
  readonly seed: number;
  /** On SIGTERM: cut what runs, as vLLM does by default, or let it finish. */
  readonly onTerm: 'abort' | 'finish';
  /** How long `finish` waits, milliseconds. */
  readonly shutdownTimeoutMs: number;
  /** Reported in `x-served-by` and `system_fingerprint`. */
  readonly name: string;
  readonly faults: Faults;
}

const flags = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8000' },
  model: { type: 'string', default: 'tiny-chat' },
  name: { type: 'string', default: 'model-server' },
  'load-ms': { type: 'string', default: '0' },
  'first-token-ms': { type: 'string', default: '50' },
  'first-token-sigma': { type: 'string', default: '0' },
  'tokens-per-second': { type: 'string', default: '50' },
  concurrency: { type: 'string', default: '256' },
  seed: { type: 'string', default: '1' },
  'on-term': { type: 'string', default: 'abort' },
  'shutdown-timeout-ms': { type: 'string', default: '30000' },
  faults: { type: 'string', default: '{}' },
} as const;

/** Throws `UsageInvalid` naming the flag. */
export function parseModelServerArgs(argv: readonly string[]): ModelServerOptions {
  const values = readFlags(argv);
  const onTerm = values['on-term'];
  if (onTerm !== 'abort' && onTerm !== 'finish') throw usage(`--on-term is abort or finish, not ${onTerm}`);
  const number = (name: keyof typeof flags): number => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < 0 || values[name].trim() === '')
      throw usage(`--${name} takes a number from 0, not ${values[name]}`);
    return value;
  };
  const whole = (name: keyof typeof flags, least: number, most: number): number => {
    const value = number(name);
    if (!Number.isInteger(value) || value < least || value > most)
      throw usage(`--${name} takes a whole number from ${least} to ${most}, not ${values[name]}`);
    return value;
  };
  return {
    host: values.host,
    port: whole('port', 0, 65_535),
    model: values.model,
    name: values.name,
    loadMs: number('load-ms'),
    firstTokenMs: number('first-token-ms'),
    firstTokenSigma: number('first-token-sigma'),
    tokensPerSecond: number('tokens-per-second'),
    concurrency: whole('concurrency', 1, 1_000_000),
    seed: whole('seed', 0, 2 ** 32 - 1),
    onTerm,
    shutdownTimeoutMs: number('shutdown-timeout-ms'),
    faults: parseFaults(values.faults, noFaults),
  };
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new GodwitError('UsageInvalid', error instanceof Error ? error.message : 'bad arguments', { cause: error });
  }
}

/** Merges a JSON object of fault switches into the ones in force. Throws `UsageInvalid` on anything else. */
export function parseFaults(text: string, before: Faults): Faults {
  const given = readObject(text);
  const known = Object.keys(noFaults);
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger !== undefined) throw usage(`unknown fault ${stranger}; there are ${known.join(', ')}`);
  const pick = <T>(key: keyof Faults, isRight: (value: unknown) => value is T, otherwise: T): T => {
    if (!(key in given)) return otherwise;
    const value = given[key] ?? undefined;
    if (!isRight(value)) throw usage(`fault ${key} cannot be ${JSON.stringify(given[key])}`);
    return value;
  };
  return {
    hang: pick('hang', isBoolean, before.hang),
    errors: pick('errors', isShare, before.errors),
    firstTokenMs: pick('firstTokenMs', isNumberOrNone, before.firstTokenMs),
    stallAfterTokens: pick('stallAfterTokens', isNumberOrNone, before.stallAfterTokens),
    wrongModel: pick('wrongModel', isStringOrNone, before.wrongModel),
  };
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new GodwitError('UsageInvalid', `faults are a JSON object: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  throw usage('faults are a JSON object such as {"hang":true}');
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isNumber = (value: unknown): value is number => typeof value === 'number' && value >= 0;
const isShare = (value: unknown): value is number => isNumber(value) && value <= 1;
const isNumberOrNone = (value: unknown): value is number | undefined => value === undefined || isNumber(value);
const isStringOrNone = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';

function usage(message: string): GodwitError {
  return new GodwitError('UsageInvalid', message, { hint: 'godwit model-server --help' });
}
