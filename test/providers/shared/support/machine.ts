/** A machine that is told to start by its start-up data: real bash, real files, with stand-ins for docker and systemctl on its PATH. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/**
 * Keeps one container as the runtime would: what it was made with, whether it runs; and every call, word by word. `create`
 * fails while the file `no-image` is there.
 */
const runtime = `#!/bin/bash
cd "$(dirname "$0")/.." || exit 99
printf '%s\\0' "$#" "\${0##*/}" "$@" >>calls
case $1 in
  container) [ -e made ] && cat label && exit 0; exit 1 ;;
  create)
    [ -e no-image ] && exit 125
    shift
    for word in "$@"; do case $word in godwit.settings=*) printf '%s\\n' "\${word#*=}" >label ;; esac; done
    printf '%s\\0' "$@" >made ;;
  rm) rm -f made label ;;
  start) [ -e made ] ;;
  stop) [ -e made ] ;;
  *) exit 98 ;;
esac
`;

export interface Machine {
  /** Carries out what the data says, as cloud-init or the guest agent does; gives the words of what was told to systemctl. */
  boot(data: string): readonly string[];
  /** What the unit's line says; gives its exit code. */
  run(verb: 'run' | 'stop'): { readonly exitCode: number | null; readonly said: string };
  /** Words of every call of the runtime since the last look. */
  calls(): readonly (readonly string[])[];
  readonly unit: string;
  readonly script: string;
  /** Until it is taken away again. */
  withoutImage(isAway: boolean): void;
  dispose(): void;
}

/** Its PATH has the runtimes that are named, and no other that could be taken for one. */
export function makeMachine(runtimes: readonly ('docker' | 'podman')[]): Machine {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-machine-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const install = (name: string, text: string): void => {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  };
  for (const each of runtimes) install(each, runtime);
  install('systemctl', `#!/bin/bash\nprintf '%s\\n' "$*" >>'${join(dir, 'systemctl')}'\n`);
  // Only what a script needs beside what it is to find: another docker of this machine is none of its own.
  for (const each of ['cat', 'mkdir', 'rm', 'dirname']) install(each, `#!/bin/bash\nexec /bin/${each} "$@"\n`);
  const own = (path: string): string => join(dir, 'root', path);
  const bash = (args: readonly string[]) =>
    spawnSync('/bin/bash', args, { env: { PATH: bin, LC_ALL: 'C' }, encoding: 'utf8' });
  const read = (name: string): string => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8') : '');
  return {
    boot(data) {
      rmSync(join(dir, 'systemctl'), { force: true });
      if (data.startsWith('#cloud-config\n')) carryOut(data, own, bash);
      else {
        const here = join(dir, 'boot.sh');
        writeFileSync(here, data.replaceAll(/(?<=[ >])\/(?=var\/lib\/|etc\/)/g, `${join(dir, 'root')}/`));
        const { status, stderr } = bash([here]);
        if (status !== 0) throw new Error(`the script ended with ${status}: ${stderr}`);
      }
      return read('systemctl').split('\n').slice(0, -1);
    },
    run(verb) {
      const { status, stderr } = bash([own('/var/lib/godwit/model-server.sh'), verb]);
      return { exitCode: status, said: stderr };
    },
    calls() {
      const all = read('calls');
      rmSync(join(dir, 'calls'), { force: true });
      const words = all.split('\0').slice(0, -1);
      const calls: (readonly string[])[] = [];
      // How many words there are comes first: they may hold anything, line ends too.
      while (words.length > 0) calls.push(words.splice(0, Number(words.shift()) + 1));
      return calls;
    },
    get unit() {
      return readFileSync(own('/etc/systemd/system/godwit-model-server.service'), 'utf8');
    },
    get script() {
      return readFileSync(own('/var/lib/godwit/model-server.sh'), 'utf8');
    },
    withoutImage(isAway) {
      if (isAway) writeFileSync(join(dir, 'no-image'), '');
      else rmSync(join(dir, 'no-image'));
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** As much of cloud-init as the data uses; any other key is an error. */
function carryOut(data: string, own: (path: string) => string, bash: (args: readonly string[]) => unknown): void {
  const { write_files: files, runcmd, ...rest } = parse(data) as Record<string, unknown>;
  if (Object.keys(rest).length > 0) throw new Error(`not modelled: ${Object.keys(rest).join(', ')}`);
  for (const { path, permissions, content, ...more } of files as Record<string, string>[]) {
    if (path === undefined || content === undefined || permissions === undefined || Object.keys(more).length > 0)
      throw new Error(`not modelled: ${JSON.stringify({ path, permissions, ...more })}`);
    mkdirSync(dirname(own(path)), { recursive: true });
    writeFileSync(own(path), content, { mode: Number.parseInt(permissions, 8) });
  }
  for (const words of runcmd as string[][]) bash(['-c', '"$@"', 'bash', ...words]);
}
