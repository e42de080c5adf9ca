/** Taking a person's pin: first the word is durable, then the table it asks for. */
import { messageOf } from '../errors.ts';
import type { Pin, PinRequest, PinSight } from '../model/pin.ts';
import type { PinBook } from './pin-book.ts';
import type { RouteTable } from './table.ts';

export type PinEnd =
  | { readonly kind: 'taken'; readonly pin: Pin }
  | { readonly kind: 'no-route' | 'invalid' | 'full'; readonly message: string };

/** Throws when it cannot be kept; then nothing has changed. */
export function takePin(table: RouteTable, book: PinBook, request: PinRequest): PinEnd {
  const route = table.find(request.deployment);
  if (route === undefined) return { kind: 'no-route', message: `no route for ${request.deployment}` };
  if (request.weights === undefined) return taken(book.take(request, undefined));
  const wanted = table.returned(route, request.weights);
  if ('against' in wanted) return { kind: 'invalid', message: wanted.against };
  const weights = (wanted.entry ?? route.pool.entry).weights;
  const pin = book.take({ ...request, weights }, (wanted.entry ?? route.fence).routeVersion);
  if (pin === undefined || wanted.entry === undefined) return taken(pin);
  try {
    table.putInForce(wanted.entry);
  } catch (error) {
    book.takeBack(pin);
    throw error;
  }
  return taken(pin);
}

function taken(pin: Pin | undefined): PinEnd {
  if (pin !== undefined) return { kind: 'taken', pin };
  return {
    kind: 'full',
    message: 'too many pins that stand or are in no journal yet; release some and start a controller',
  };
}

/** Ends what a gateway that was killed had begun: the pin is on disk, the table with its weights may not be. */
export function finishReturns(table: RouteTable, book: PinBook, log: (line: string) => void): void {
  for (const { pin, routeVersion } of book.returns()) {
    const { deployment, number, weights } = pin;
    const route = table.find(deployment);
    if (route === undefined || weights === undefined || route.fence.routeVersion >= routeVersion) continue;
    const wanted = table.returned(route, weights);
    if ('against' in wanted) {
      log(`pin ${number} of ${deployment} cannot return to its weights any more: ${wanted.against}`);
      continue;
    }
    try {
      if (wanted.entry !== undefined) table.putInForce(wanted.entry);
    } catch (error) {
      log(`pin ${number} of ${deployment} did not return to its weights: ${messageOf(error)}`);
    }
  }
}

/** All that a person needs to know before the next word. */
export function sightOf(table: RouteTable, book: PinBook, deployment: string): PinSight {
  const route = table.find(deployment);
  return { ...book.sight(deployment), weights: route?.pool.entry.weights, before: route?.before };
}
