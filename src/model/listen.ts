/** Where something of ours takes connections. */
export interface Listen {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** `127.0.0.1:9464`, `[::1]:9464` or `localhost:9464`; the port may be any number. */
export const listenPattern = /^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/;

/** The highest there is. */
export const mostPort = 65_535;

/** Of a text that has the pattern. */
export function listenOf(text: string): Listen {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** Whether only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === '127.0.0.1' || host === 'localhost' || host === '::1';
}
