/**
 * Reads the requests of a replay: JSON lines, each `{"atMs"?, "promptTokens", "outputTokens", "stream"}`, in order of time;
 * empty lines are nothing. `atMs`, from any moment, is on every line when they are sent at their own times.
 */
import { readFile, stat } from 'node:fs/promises';
import { GodwitError } from '../errors.ts';
import type { ReplayedRequest } from './schedule.ts';

const mostBytes = 64 * 1024 * 1024;
const mostTokens = 100_000;

/** Throws `ConfigInvalid`, naming file and line. */
export async function readReplay(path: string, needsTimes: boolean): Promise<readonly ReplayedRequest[]> {
  const text = await readFileOf(path);
  const requests: ReplayedRequest[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line, needsTimes, requests.at(-1)?.atMs ?? 0);
    if (typeof read === 'string') throw invalid(`${path}:${index + 1}: ${read}`);
    requests.push(read);
  }
  if (requests.length === 0) throw invalid(`${path}:1: no request in it`);
  return requests;
}

async function readFileOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw invalid(`${path} is larger than 64 MiB`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    throw new GodwitError('ConfigInvalid', `${path}: the requests to replay cannot be read`, { cause: error });
  }
}

/** The request, or what is wrong with it. */
function readLine(line: string, needsTime: boolean, afterMs: number): ReplayedRequest | string {
  const value = parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const { atMs, promptTokens, outputTokens, stream }: Partial<Record<string, unknown>> = { ...value };
  if (!isTokens(promptTokens)) return `promptTokens must be a whole number from 1 to ${mostTokens}`;
  if (!isTokens(outputTokens)) return `outputTokens must be a whole number from 1 to ${mostTokens}`;
  if (typeof stream !== 'boolean') return 'stream must be true or false';
  if (atMs === undefined && !needsTime) return { atMs, promptTokens, outputTokens, isStream: stream };
  if (typeof atMs !== 'number' || !Number.isFinite(atMs) || atMs < afterMs)
    return 'atMs must be a number of milliseconds, 0 or more and not before the line above';
  return { atMs, promptTokens, outputTokens, isStream: stream };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isTokens(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostTokens;
}

function invalid(message: string): GodwitError {
  return new GodwitError('ConfigInvalid', message, {
    hint: 'one request a line: {"atMs": 0, "promptTokens": 200, "outputTokens": 80, "stream": true}',
  });
}
