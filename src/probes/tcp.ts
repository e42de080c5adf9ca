/** Is a connection accepted? Nothing more. */
import { connect } from 'node:net';
import { lookupAllowed } from './allowed-target.ts';
import { ofError, ofLateness } from './exchange.ts';
import type { CheckTerms, Finding } from './probe.ts';

export function checkTcp(url: URL, terms: CheckTerms): Promise<Finding> {
  return new Promise((resolve) => {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port, lookup: lookupAllowed });
    const end = (finding: Finding): void => {
      clearTimeout(timer);
      terms.signal.removeEventListener('abort', abort);
      resolve(finding);
      socket.destroy();
    };
    const abort = (): void =>
      end({ outcome: 'unknown', reason: 'CannotSee', detail: 'given up before an answer came' });
    const late = (): Finding => ({
      outcome: 'bad',
      reason: 'TimedOut',
      detail: `no connection within ${Math.round(terms.timeoutMs)} ms`,
    });
    const timer = setTimeout(() => end(ofLateness(terms, late)), terms.timeoutMs);
    terms.signal.addEventListener('abort', abort, { once: true });
    if (terms.signal.aborted) abort();
    socket.on('connect', () => end({ outcome: 'good' }));
    socket.on('error', (error) => end(ofError(error)));
  });
}
