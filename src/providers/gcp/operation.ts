/** A change that Compute Engine has accepted: an operation that may still fail, with its causes inside a success. */
import type { Market } from '../../model/error-verdict.ts';
import type { ReadCall } from '../../ports/call.ts';
import { lookUntil } from '../shared/look-until.ts';
import type { Told } from '../shared/told.ts';
import { classifyGcpErrors } from './errors.ts';
import type { Session } from './session.ts';
import type { Operation, Place } from './wire.ts';
import { readOperationErrors } from './wire-errors.ts';

type Ended = Exclude<Told<Operation>, { kind: 'unknown' }>;

/** What it came to; undefined while it goes on. A failure is classed as one that comes at once, and final. */
export function endOf(operation: Operation, market?: Market): Ended | undefined {
  if (operation.status !== 'DONE') return undefined;
  const raws = readOperationErrors(operation);
  const [first] = raws;
  if (first === undefined) return { kind: 'done', value: operation };
  const verdict = classifyGcpErrors(raws, market);
  // The cause that decided, where there are several.
  const raw = raws.find(({ code }) => code !== undefined && verdict.because.startsWith(code)) ?? first;
  const error = { class: verdict.class, code: raw.code ?? 'NoCode', message: raw.message ?? '' };
  return { kind: 'refused', error, verdict };
}

/** Looks until it is over; undefined when the call is over before. One that cannot be seen just now is looked at again. */
export async function awaitEnd(
  session: Session,
  zone: string,
  operation: Operation,
  call: ReadCall,
): Promise<Ended | undefined> {
  let latest = operation;
  return await lookUntil(session, call, async () => {
    const end = endOf(latest);
    if (end !== undefined) return end;
    const told = await session.compute.operation(operationPlace(zone, latest), call);
    if (told.kind === 'done') latest = told.value;
    return told.kind === 'done' ? endOf(latest) : undefined;
  });
}

/** Where it can be asked for. */
export function operationPlace(zone: string, { name }: Operation): Place {
  return { zone, name: name ?? '' };
}
