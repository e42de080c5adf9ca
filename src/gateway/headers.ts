/** Which headers cross the gateway: requests and answers are rebuilt, never passed on byte for byte. */

/** RFC 9110 section 7.6.1 (hop-by-hop), what the gateway sets itself, and forwarding claims nobody vouches for. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'forwarded',
  'via',
]);

/** For the upstream, as a flat list; the client sets the length anew. Headers named in `Connection` go too. */
export function upstreamHeaders(raw: readonly string[], connection: string | undefined): string[] {
  const named = namedIn(connection);
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (dropped.has(lower) || lower.startsWith('x-forwarded-') || named?.has(lower) === true) continue;
    kept.push(name, raw[index + 1] ?? '');
  }
  return kept;
}

/** Of an answer: these describe one connection, not the answer. Its length stays, because the body passes unchanged. */
const droppedFromAnswer = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'proxy-authenticate',
]);

/** Flat list for `writeHead`; latin1, as HTTP/1.1 headers are bytes. Headers named in `Connection` go too. */
export function clientHeaders(
  raw: readonly (Buffer | string)[],
  connection: string | string[] | undefined,
  added: readonly string[],
): string[] {
  const named = namedIn(Array.isArray(connection) ? connection.join() : connection);
  const kept: string[] = [...added];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]);
    const lower = name.toLowerCase();
    if (droppedFromAnswer.has(lower) || named?.has(lower) === true) continue;
    const value = raw[index + 1] ?? '';
    kept.push(name, typeof value === 'string' ? value : value.toString('latin1'));
  }
  return kept;
}

/** What Node's parser lets through and a proxy must not: two Hosts may mean two different sites. */
export function defectOfHeaders(raw: readonly string[], maxCount: number): string | undefined {
  if (raw.length / 2 > maxCount) return `more than ${maxCount} headers`;
  let hosts = 0;
  for (let index = 0; index < raw.length; index += 2)
    if (raw[index]?.length === 4 && raw[index]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1 ? 'more than one Host header' : undefined;
}

function namedIn(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
