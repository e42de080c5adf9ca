/** An answer that refuses, as Compute Engine writes it. */

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.refusal = { status, reason, message };
  }
}

/** The body has no `status`, unlike those of Google's other APIs. */
export function writeRefusal({ status, reason, message }: Refusal): string {
  const domain = reason === 'rateLimitExceeded' ? 'usageLimits' : 'global';
  return JSON.stringify({ error: { code: status, errors: [{ domain, message, reason }], message } });
}
