// Answers as a model server would: a stream of 20 words, 20 ms apart, or all of them after 50 ms. Argument: port.
import { createServer } from 'node:http';

const [port = '0'] = process.argv.slice(2);
const words = 20;
const event = `data: {"choices":[{"index":0,"delta":{"content":" word"}}]}\n\n`;

createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part) => {
    body += part;
  });
  request.once('end', () => {
    if (!body.includes('"stream":true')) {
      setTimeout(() => response.end(`{"choices":[{"message":{"content":"${' word'.repeat(words)}"}}]}`), 50);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let left = words;
    const timer = setInterval(() => {
      response.write(event);
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      response.end('data: [DONE]\n\n');
    }, 20);
    response.once('close', () => clearInterval(timer));
  });
}).listen(Number(port), '127.0.0.1', 4096);
