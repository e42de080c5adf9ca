/** The program in a pseudo-terminal of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../e2e/support/spawn-godwit.ts';

export interface TerminalTerms {
  readonly env?: Readonly<Record<string, string>>;
  /** Of the terminal; otherwise whatever `script` gives it. */
  readonly size?: { readonly rows: number; readonly columns: number };
  /** Typed, with a line break, once it is there after the program has asked for it with these words. */
  readonly answer?: { readonly to: string; readonly typed: () => Promise<string> };
}

/** Everything the terminal was sent, as the program wrote it, once it has ended. */
export function inTerminal(words: readonly string[], { env, size, answer }: TerminalTerms = {}): Promise<string> {
  const program = [process.execPath, join(root, 'bin/godwit.js'), ...words].map(quoted).join(' ');
  const line = size === undefined ? program : `stty rows ${size.rows} cols ${size.columns} && exec ${program}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let isAsked = false;
  return new Promise((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (answer === undefined || isAsked || !shown.includes(answer.to)) return;
      isAsked = true;
      answer.typed().then((typed) => child.stdin.write(`${typed}\n`), fail);
    });
    child.once('error', fail);
    child.once('close', () => done(shown));
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
