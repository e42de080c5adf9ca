import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { listenForInterrupts } from '../../src/system/interrupt.ts';
import { openSink } from '../../src/system/sink.ts';
import { readTerminal } from '../../src/system/terminal.ts';

const tty = { isTTY: true, columns: 132, rows: 50 };
const pipes = { stdin: {}, stdout: {}, stderr: {} };

test('a pipe is no terminal and counts as 80 by 24', () => {
  expect(readTerminal({}, pipes)).toEqual({
    stdin: { isTty: false },
    stdout: { isTty: false, columns: 80, rows: 24 },
    stderr: { isTty: false, columns: 80, rows: 24 },
    isUnicode: false,
    isAccessible: false,
    color: 'auto',
    isUnattended: false,
  });
});

test('decides per stream and follows a resize', () => {
  const stdout = { ...tty };
  const facts = readTerminal({}, { stdin: tty, stdout, stderr: {} });
  expect([facts.stdin.isTty, facts.stdout.isTty, facts.stderr.isTty]).toEqual([true, true, false]);
  expect(facts.stdout.columns).toBe(132);
  stdout.columns = 60;
  expect(facts.stdout.columns).toBe(60);
});

test.for([
  [{}, 'auto'],
  [{ NO_COLOR: '' }, 'auto'],
  [{ NO_COLOR: '0' }, 'never'],
  [{ FORCE_COLOR: '1' }, 'always'],
  [{ FORCE_COLOR: '0' }, 'auto'],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, 'never'],
] as const)('takes %j as colour %s', ([env, color]) => {
  expect(readTerminal(env, pipes).color).toBe(color);
});

test.for([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'sv_SE.utf8' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8' }, true],
  [{ LANG: 'C' }, false],
  [{}, false],
] as const)('takes the locale %j as Unicode: %s', ([env, isUnicode]) => {
  expect(readTerminal(env, pipes).isUnicode).toBe(isUnicode);
});

test.for([
  [{ CI: 'true' }, true],
  [{ CI: 'false' }, false],
  [{ CI: '' }, false],
  [{ TERM: 'dumb' }, true],
  [{ TERM: 'xterm-256color' }, false],
  [{ AI_AGENT: '1' }, true],
] as const)('takes %j as unattended: %s', ([env, isUnattended]) => {
  expect(readTerminal(env, pipes).isUnattended).toBe(isUnattended);
});

function listen() {
  const source = new EventEmitter();
  const again: string[] = [];
  let nowMs = 0;
  const signal = listenForInterrupts(
    source,
    () => nowMs,
    (name) => again.push(name),
  );
  const send = (name: string, atMs: number): boolean => {
    nowMs = atMs;
    return source.emit(name);
  };
  return { signal, again, send };
}

test('the first signal aborts with its name, and one more within a second counts as the same', () => {
  const { signal, again, send } = listen();
  expect(signal.aborted).toBe(false);
  send('SIGTERM', 0);
  expect([signal.aborted, signal.reason]).toEqual([true, 'SIGTERM']);
  send('SIGINT', 1000);
  expect(again).toEqual([]);
  send('SIGINT', 1001);
  expect(again).toEqual(['SIGINT']);
});

test('a lost terminal stops nothing', () => {
  const { signal, send } = listen();
  expect(send('SIGHUP', 0)).toBe(true);
  expect(signal.aborted).toBe(false);
});

test.for(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])('a reader that went away (%s) swallows what is written', (code) => {
  const stream = new PassThrough();
  const sink = openSink(() => stream);
  sink.write('one');
  stream.emit('error', Object.assign(new Error('gone'), { code }));
  sink.write('two');
  expect(sink.isClosed).toBe(true);
  expect(String(stream.read())).toBe('one');
});

test('any other error of a stream is not hidden', () => {
  const stream = new PassThrough();
  openSink(() => stream).write('one');
  expect(() => stream.emit('error', Object.assign(new Error('disk full'), { code: 'ENOSPC' }))).toThrow('disk full');
});

test.for([
  [{ GODWIT_ACCESSIBLE: '1' }, true],
  [{ GODWIT_ACCESSIBLE: 'true' }, true],
  [{ GODWIT_ACCESSIBLE: '0' }, false],
  [{ GODWIT_ACCESSIBLE: '' }, false],
  [{}, false],
] as const)('takes %j as for a screen reader: %s', ([env, isAccessible]) => {
  expect(readTerminal(env, pipes).isAccessible).toBe(isAccessible);
});
