// The least that passes for a model server: answers completions at once. Called with `--port <n>` first.
import { createServer } from 'node:http';

const chunk = (delta, finish) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'tiny',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
const stream = `data: ${chunk({ role: 'assistant', content: 'ready' }, null)}\n\ndata: ${chunk({}, 'stop')}\n\ndata: [DONE]\n\n`;
const whole = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'tiny',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ready' }, finish_reason: 'stop' }],
});

createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    const isStream = body.includes('"stream":true');
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    response.end(isStream ? stream : whole);
  });
}).listen(Number(process.argv[3]), '127.0.0.1');
