/** What the terminal, if there is one, can show: read once, before any option. */

interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Coding agents run commands as a pipe would, also where they offer a terminal: nobody is there to answer. */
const agentVariables = ['AI_AGENT', 'CLAUDECODE', 'CODEX_SANDBOX', 'CURSOR_AGENT', 'GEMINI_CLI'];

/** `NO_COLOR` (non-empty) wins over `FORCE_COLOR`; `CI` and `TERM=dumb` forbid redrawing and questions. */
export function readTerminal(
  env: Readonly<Record<string, string | undefined>>,
  streams: { readonly stdin: OutputStream; readonly stdout: OutputStream; readonly stderr: OutputStream },
) {
  const isOn = (name: string): boolean => !['', '0', 'false', undefined].includes(env[name]);
  const color = env['NO_COLOR'] ? 'never' : isOn('FORCE_COLOR') ? 'always' : 'auto';
  return {
    stdin: { isTty: streams.stdin.isTTY === true },
    stdout: factsOf(streams.stdout),
    stderr: factsOf(streams.stderr),
    isUnicode: /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''),
    color,
    isAccessible: isOn('GODWIT_ACCESSIBLE'),
    isUnattended: env['TERM'] === 'dumb' || ['CI', ...agentVariables].some(isOn),
  } as const;
}

/** Sizes are read when they are asked for: a terminal can be resized. */
function factsOf(stream: OutputStream) {
  return {
    isTty: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
  };
}
