// Streams tokens that carry the moment they were sent (CLOCK_MONOTONIC, microseconds). Arguments: port, tokens per second.
import { createServer, type ServerResponse } from 'node:http';

const [port = '0', tokensPerSecond = '50'] = process.argv.slice(2);
const everyMs = 1000 / Number(tokensPerSecond);
const tickMs = 2;

interface Stream {
  readonly response: ServerResponse;
  nextMs: number;
}

const streams = new Set<Stream>();
setInterval(() => {
  const nowMs = performance.now();
  for (const stream of streams) {
    if (nowMs < stream.nextMs) continue;
    stream.nextMs += everyMs;
    stream.response.write(
      `data: {"choices":[{"index":0,"delta":{"content":" word"}}],"sent":${process.hrtime.bigint() / 1000n}}\n\n`,
    );
  }
}, tickMs);

createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // Spread over the interval, as independent users are.
    const stream = { response, nextMs: performance.now() + Math.random() * everyMs };
    streams.add(stream);
    response.once('close', () => streams.delete(stream));
  });
}).listen(Number(port), '127.0.0.1', 4096);
