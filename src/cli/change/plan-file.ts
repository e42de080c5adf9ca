/** A plan in a file: written to be read by people and applied later, read with distrust. */
import { open, readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { GodwitError, messageOf } from '../../errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { PlanBasis } from '../../model/plan-basis.ts';
import { type ReasonCode, reasonCodes } from '../../model/reason.ts';
import { verbs, type Wish } from '../../model/wish.ts';
import { planDigest } from './plan-digest.ts';

/** A plan of fifty sites is some 20 KB. */
const maxBytes = 1_048_576;

export interface PlanFile {
  /** False: when it was made there was nothing to change, or a rule refused it. */
  readonly changes: boolean;
  readonly digest: string;
  readonly wish: Wish;
  readonly basis: PlanBasis;
}

/** Readable by its owner alone. Throws `UsageInvalid` when there is something already, unless forced. */
export async function writePlanFile(
  path: string,
  { changes, wish, basis, plan }: Omit<PlanFile, 'digest'> & { readonly plan: Plan },
  isForced: boolean,
): Promise<void> {
  const digest = planDigest({ wish, basis });
  const document = { apiVersion: 'godwit/v1', kind: 'Plan', changes, digest, wish, basis, plan };
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  try {
    const handle = await open(path, isForced ? 'w' : 'wx', 0o600);
    try {
      await handle.chmod(0o600);
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (isThere)
      throw new GodwitError('UsageInvalid', `${path} is there already`, { hint: 'another name, or --force' });
    throw new GodwitError('UsageInvalid', `${path}: ${messageOf(error)}`);
  }
}

const weights = z.record(z.string(), z.number().int().min(0).max(100));
const wishSchema = z.object({
  deployment: z.string().min(1),
  kind: z.enum(verbs),
  from: z.string().optional(),
  to: z.string().optional(),
  reason: z.string().optional(),
  split: weights.optional(),
  sharePct: z.number().int().min(1).max(100).optional(),
  stepsPct: z.array(z.number().int().min(1).max(100)).optional(),
  forMs: z.number().positive().optional(),
  anywhere: z.literal(true).optional(),
  replicas: z.number().int().min(1).optional(),
  waitMs: z.number().positive().optional(),
  hedge: z.literal(true).optional(),
  mayWake: z.boolean().optional(),
  how: z.enum(['stop', 'delete']).optional(),
  overrides: z.array(z.enum(reasonCodes as unknown as [ReasonCode, ...ReasonCode[]])).optional(),
});
const basisSchema = z.object({
  config: z.string(),
  weights,
  ready: z.record(z.string(), z.number().int().min(0)),
  open: z.string().optional(),
  standing: z.array(z.string()),
  // What they hold is compared, never carried out: the plan that is carried out is made anew.
  steps: z.array(z.looseObject({ kind: z.string(), name: z.string() })),
});
const fileSchema = z.object({ changes: z.boolean(), digest: z.string(), wish: wishSchema, basis: basisSchema });

/** Throws `UsageInvalid` in words for what is no plan, of a newer godwit, or was changed by hand. */
export async function readPlanFile(path: string): Promise<PlanFile> {
  const document = parse(path, await readText(path));
  const { apiVersion, kind } = document;
  if (typeof apiVersion !== 'string' || !/^godwit\/v\d+$/.test(apiVersion)) throw refuse(path, 'is no plan of godwit');
  if (apiVersion !== 'godwit/v1')
    throw refuse(path, `was written by another godwit (${apiVersion}); this one reads godwit/v1`);
  if (kind !== 'Plan') throw refuse(path, `holds a ${typeof kind === 'string' ? kind : 'nameless thing'}, not a Plan`);
  const parsed = fileSchema.safeParse(document);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw refuse(path, `is no whole plan: ${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`);
  }
  // The shape was checked field by field; exact optional keys are beyond what the schema's type says.
  const file = parsed.data as unknown as PlanFile;
  if (planDigest(file) !== file.digest) throw refuse(path, 'was changed after it was written');
  return { ...file, wish: { ...file.wish, from: file.wish.from, to: file.wish.to, reason: file.wish.reason } };
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw refuse(path, `is larger than a plan can be (${size} bytes)`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    throw refuse(path, `cannot be read: ${messageOf(error)}`);
  }
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    throw refuse(path, 'is no JSON');
  }
  throw refuse(path, 'is no plan of godwit');
}

function refuse(path: string, what: string): GodwitError {
  return new GodwitError('UsageInvalid', `${path} ${what}`, {
    hint: 'make a new one: godwit plan VERB DEPLOYMENT --out FILE',
  });
}
