/** Which of a site's ports is free. */
import { createServer } from 'node:net';
import type { PortRange } from './schema.ts';

/** The first port of the range that nobody has: neither a record nor a stranger's listener. */
export async function freePort(range: PortRange, taken: ReadonlySet<number>): Promise<number | undefined> {
  for (let port = range.first; port <= range.last; port += 1) {
    if (!taken.has(port) && (await canListen(port))) return port;
  }
  return undefined;
}

/** How many ports of the range nobody has. */
export async function countFree(range: PortRange, taken: ReadonlySet<number>): Promise<number> {
  let free = 0;
  for (let port = range.first; port <= range.last; port += 1)
    if (!taken.has(port) && (await canListen(port))) free += 1;
  return free;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
