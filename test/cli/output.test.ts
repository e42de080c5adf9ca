import { expect, test } from 'vitest';
import type { TerminalFacts } from '../../src/cli/app.ts';
import type { Globals } from '../../src/cli/command.ts';
import { createOutput } from '../../src/cli/output.ts';
import { type Frame, watchScreen } from '../../src/cli/watch-screen.ts';
import { fakeApp, liveTerminal, plainTerminal } from './support/fake-app.ts';

const globals: Globals = {
  config: undefined,
  format: undefined,
  isQuiet: false,
  color: 'auto',
  progress: 'auto',
  mayAsk: true,
  isAccessible: false,
};

async function paints(terminal: TerminalFacts, color: Globals['color'] = 'auto') {
  const out = await createOutput(fakeApp({ terminal }), { ...globals, color }, 'table');
  return [out.dataStyle, out.noteStyle].map(({ paint }) => paint.bad('x') !== 'x');
}

test.for([
  { name: 'colours terminals', terminal: liveTerminal, expected: [true, true] },
  { name: 'does not colour pipes', terminal: plainTerminal, expected: [false, false] },
  { name: 'decides per stream', terminal: { ...liveTerminal, stdout: plainTerminal.stdout }, expected: [false, true] },
  { name: 'obeys NO_COLOR on a terminal', terminal: { ...liveTerminal, color: 'never' }, expected: [false, false] },
  { name: 'obeys FORCE_COLOR in a pipe', terminal: { ...plainTerminal, color: 'always' }, expected: [true, true] },
  { name: 'does not colour for a job', terminal: { ...liveTerminal, isUnattended: true }, expected: [false, false] },
] as const)('$name', async ({ terminal, expected }) => {
  expect(await paints(terminal)).toEqual(expected);
});

test('the flag wins over the environment', async () => {
  expect(await paints({ ...liveTerminal, color: 'never' }, 'always')).toEqual([true, true]);
  expect(await paints({ ...liveTerminal, color: 'always' }, 'never')).toEqual([false, false]);
});

test.for([
  { name: 'redraws a live terminal', terminal: liveTerminal, progress: 'auto', expected: true },
  { name: 'redraws no pipe, also when asked to', terminal: plainTerminal, progress: 'live', expected: false },
  {
    name: 'redraws nothing for a job',
    terminal: { ...liveTerminal, isUnattended: true },
    progress: 'auto',
    expected: false,
  },
  {
    name: 'redraws for a job when asked to',
    terminal: { ...liveTerminal, isUnattended: true },
    progress: 'live',
    expected: true,
  },
  { name: 'redraws nothing when lines are asked for', terminal: liveTerminal, progress: 'lines', expected: false },
] as const)('$name', async ({ terminal, progress, expected }) => {
  const out = await createOutput(fakeApp({ terminal }), { ...globals, progress }, 'table');
  expect(out.canRedraw).toBe(expected);
});

test.for([
  { name: 'the flag', terminal: liveTerminal, flag: true },
  { name: 'the environment', terminal: { ...liveTerminal, isAccessible: true }, flag: false },
])('redraws and spins nothing for a screen reader, by $name', async ({ terminal, flag }) => {
  const app = fakeApp({ terminal });
  const out = await createOutput(app, { ...globals, isAccessible: flag, progress: 'live' }, 'table');
  expect([out.canRedraw, out.dataStyle.isAccessible, out.noteStyle.isAccessible]).toEqual([false, true, true]);
  const progress = await out.progress('waiting for paris');
  progress.update('still waiting');
  progress.stop();
  expect(app.printed.err).toBe('waiting for paris\n');
});

test('says nothing of its progress to a screen reader with --quiet, or beside JSON', async () => {
  const app = fakeApp({ terminal: { ...liveTerminal, isAccessible: true } });
  await (await createOutput(app, { ...globals, isQuiet: true }, 'table')).progress('waiting');
  await (await createOutput(app, globals, 'json')).progress('waiting');
  expect(app.printed.err).toBe('');
});

test('uses the width of a terminal within reason, and 80 columns elsewhere', async () => {
  const widthAt = async (columns: number) => {
    const terminal = { ...liveTerminal, stdout: { isTty: true, columns, rows: 24 } };
    return (await createOutput(fakeApp({ terminal }), globals, 'table')).dataStyle.width;
  };
  expect([await widthAt(10), await widthAt(100), await widthAt(500)]).toEqual([40, 100, 120]);
  expect((await createOutput(fakeApp(), globals, 'table')).dataStyle.width).toBe(80);
});

test('spins nowhere but on a live terminal', async () => {
  const app = fakeApp();
  const progress = await (await createOutput(app, globals, 'table')).progress('waiting');
  progress.update('still');
  progress.pause();
  progress.resume();
  progress.stop();
  expect(app.printed.err).toBe('');
});

/** Shows the frames one after the other, then ends as a signal would. */
async function watchFrames(terminal: TerminalFacts, frames: readonly Frame[], stepMs = 1000) {
  const stop = new AbortController();
  let monoMs = 0;
  const app = fakeApp({
    terminal,
    interrupted: stop.signal,
    clock: {
      nowMs: () => monoMs,
      monoMs: () => monoMs,
      after: () => () => undefined,
      sleep: async () => {
        monoMs += stepMs;
      },
    },
  });
  let shown = 0;
  const show = async (): Promise<Frame> => {
    const frame = frames[shown] ?? { text: '', key: '' };
    shown += 1;
    if (shown >= frames.length) stop.abort('SIGINT');
    return frame;
  };
  await watchScreen(show, 1000, app, await createOutput(app, globals, 'table'));
  return app.printed.out;
}

const frame = (text: string, key = text): Frame => ({ text, key });

test('prints a screen again only when something but its age changed', async () => {
  const out = await watchFrames(plainTerminal, [frame('a 1s', 'a'), frame('a 2s', 'a'), frame('b 3s', 'b')]);
  expect(out).toBe('a 1s\nb 3s\n');
});

test('prints an unchanged screen every 30 seconds, so that silence is not mistaken for health', async () => {
  const out = await watchFrames(
    plainTerminal,
    [frame('1', 'a'), frame('2', 'a'), frame('3', 'a'), frame('4', 'a')],
    15_000,
  );
  expect(out).toBe('1\n3\n');
});

test('redraws in place with cursor moves, cut to the rows there are, and gives the cursor back', async () => {
  const terminal = { ...liveTerminal, stdout: { isTty: true, columns: 80, rows: 3 } };
  const out = await watchFrames(terminal, [frame('one\ntwo\nthree'), frame('four')]);
  expect(out).toBe(
    '\u001b[?25l\u001b[2J\u001b[Hone\u001b[K\ntwo\u001b[K\n\u001b[J\u001b[Hfour\u001b[K\n\u001b[J\u001b[?25h\n',
  );
});

test('a line that fills the row is not cleared behind: that would take its last letter away, coloured or not', async () => {
  const terminal = { ...liveTerminal, stdout: { isTty: true, columns: 4, rows: 24 } };
  const out = await watchFrames(terminal, [frame('1234\n123\n\u001b[31m1234\u001b[39m')]);
  expect(out).toContain('\u001b[H1234\n123\u001b[K\n\u001b[31m1234\u001b[39m\n\u001b[J');
});

test('follows a terminal that is resized while somebody watches', async () => {
  const stdout = { isTty: true, columns: 80, rows: 24 };
  const app = fakeApp({ terminal: { ...liveTerminal, stdout } });
  const out = await createOutput(app, globals, 'table');
  expect(out).toMatchObject({ rows: 24, columns: 80, dataStyle: { width: 80 } });
  Object.assign(stdout, { columns: 60, rows: 14 });
  expect(out).toMatchObject({ rows: 14, columns: 60, dataStyle: { width: 60 } });
});

test('gives the cursor back also when a look fails', async () => {
  const app = fakeApp({ terminal: liveTerminal });
  const out = await createOutput(app, globals, 'table');
  const failing = async (): Promise<Frame> => {
    throw new Error('broken');
  };
  await expect(watchScreen(failing, 1000, app, out)).rejects.toThrow('broken');
  expect(app.printed.out.endsWith('\u001b[?25h\n')).toBe(true);
});

test('ends when nobody reads any more', async () => {
  const app = fakeApp({ stdout: { isClosed: true, write: () => undefined } });
  const out = await createOutput(app, globals, 'table');
  let looks = 0;
  const show = async (): Promise<Frame> => {
    looks += 1;
    return frame('one');
  };
  await watchScreen(show, 1000, app, out);
  expect(looks).toBe(0);
});
