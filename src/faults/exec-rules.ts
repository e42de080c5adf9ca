/** Which files a drill may run: none that anybody but their owner, who is us or root, could have put there. */
import { accessSync, constants, lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { messageOf } from '../errors.ts';

const writableByOthers = 0o022;
/** Nobody renames or removes there what is another's: sticky(7) of the file system. */
const sticky = 0o1000;

/**
 * Undefined: it may be run. Otherwise the rule that it breaks, and what to do. Looked at by name and run by name: between the two
 * only those could put something else there who may be trusted with it anyway.
 */
export function whyNotRun(program: string, user = process.getuid?.()): string | undefined {
  if (!isAbsolute(program)) return `${program} is no absolute path: write the whole path of the file`;
  try {
    const real = realpathSync(program);
    if (real !== program) return `${program} is a symbolic link, or lies behind one: write ${real}`;
    const file = lstatSync(program);
    if (!file.isFile()) return `${program} is no file`;
    const folders = foldersOf(program).map((path) => whyUnsafe(path, folderAsFile(lstatSync(path)), user));
    const unsafe = [whyUnsafe(program, file, user), ...folders].find((why) => why !== undefined);
    if (unsafe !== undefined) return unsafe;
    accessSync(program, constants.X_OK);
    return undefined;
  } catch (error) {
    return whyUnseen(program, error);
  }
}

type Rights = Pick<Stats, 'uid' | 'mode'>;

function whyUnsafe(path: string, { uid, mode }: Rights, user: number | undefined): string | undefined {
  if (uid !== 0 && uid !== user)
    return `${path} belongs to somebody else (user ${uid}): let it belong to root, or to who runs godwit`;
  return (mode & writableByOthers) === 0 ? undefined : `${path} can be changed by others: chmod go-w ${path}`;
}

/** From the one it lies in up to the root: who may write in any of them may put another file there. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersOf(folder)];
}

/** Where nobody takes away what is another's, what is in it is as if nobody else could write there. */
function folderAsFile({ uid, mode }: Rights): Rights {
  return { uid, mode: (mode & sticky) === 0 ? mode : mode & ~writableByOthers };
}

function whyUnseen(program: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${program}: there is no such file`;
  if (code === 'EACCES') return `${program} may not be run by who runs godwit: chmod u+x ${program}`;
  return messageOf(error);
}
