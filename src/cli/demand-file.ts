/** What users ask of deployments, from a file: for a plan of another time than now. Read with distrust. */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { suggestion } from '../config/nearest.ts';
import { parseInstant } from '../config/units.ts';
import { GodwitError, messageOf } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Demand } from '../model/rebalance-plan.ts';

/** A thousand deployments at fifty sites are some 2 MB. */
const maxBytes = 16 * 1024 * 1024;
const example = '{ "asOf": "2026-11-28T09:00:00Z", "deployments": { "chat": { "requestsPerSecond": 120 } } }';

const timeText = 'must be a time such as 2026-11-28T09:00:00Z';

const schema = z.strictObject({
  asOf: z.string(timeText).refine((text) => parseInstant(text) !== undefined, timeText),
  deployments: z.record(
    z.string(),
    z.strictObject({
      requestsPerSecond: z.number().positive().max(1_000_000),
      responseBytes: z.number().positive().max(1_000_000_000).optional(),
      firstTokenMs: z.record(z.string(), z.number().positive().max(3_600_000)).optional(),
    }),
  ),
});

/** By deployment. Throws `UsageInvalid`: it cannot be read, is no such file, or names what is not configured. */
export async function readDemandFile(path: string, config: Config): Promise<Readonly<Record<string, Demand>>> {
  const parsed = schema.safeParse(parse(path, await read(path)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(path, `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'is wrong'}`);
  }
  const { asOf, deployments } = parsed.data;
  for (const [name, { firstTokenMs = {} }] of Object.entries(deployments)) {
    const known = config.deployments.find((each) => each.name === name);
    if (known === undefined)
      throw unknown(
        path,
        `deployment "${name}"`,
        name,
        config.deployments.map((each) => each.name),
      );
    const sites = known.placements.map(({ site }) => site);
    const stranger = Object.keys(firstTokenMs).find((site) => !sites.includes(site));
    if (stranger !== undefined) throw unknown(path, `site "${stranger}" of ${name}`, stranger, sites);
  }
  const asOfMs = parseInstant(asOf) ?? 0;
  return Object.fromEntries(
    Object.entries(deployments).map(([name, { requestsPerSecond, firstTokenMs = {}, responseBytes: bytes }]) => {
      const response = bytes === undefined ? {} : { response: { bytes, from: 'file', asOfMs } as const };
      return [name, { rps: requestsPerSecond, firstTokenMs, from: 'file', asOfMs, ...response }];
    }),
  );
}

async function read(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw refuse(path, `is larger than ${maxBytes / 1024 / 1024} MiB`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    throw refuse(path, `cannot be read: ${messageOf(error)}`);
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(path, `is no JSON: ${messageOf(error)}`);
  }
}

function unknown(path: string, what: string, name: string, known: readonly string[]): GodwitError {
  return new GodwitError('UsageInvalid', `${path} names ${what}, which is not configured`, {
    hint: suggestion(name, known) ?? `known: ${known.join(', ')}`,
  });
}

function refuse(path: string, what: string): GodwitError {
  return new GodwitError('UsageInvalid', `${path} ${what}`, { hint: `it is written like ${example}` });
}
