/** The program as the published package holds it: built, without its sources, which a checkout's launcher would prefer. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../e2e/support/spawn-godwit.ts';

export interface BuiltProgram {
  /** To be run by Node. */
  readonly launcher: string;
  /** An empty folder beside it, for what Node compiles. */
  readonly compileCache: string;
  remove(): void;
}

/** Throws when `dist` is missing or older than the sources: `npm run build` first. */
export function layOutBuiltProgram(): BuiltProgram {
  const built = join(root, 'dist/main.js');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const newestMs = Math.max(...sources.map((name) => statSync(join(root, 'src', name)).mtimeMs));
  if (!existsSync(built) || statSync(built).mtimeMs < newestMs)
    throw new Error('dist is missing or older than src: npm run build');
  const dir = mkdtempSync(join(tmpdir(), 'godwit-built-'));
  mkdirSync(join(dir, 'bin'));
  for (const name of ['bin/godwit.js', 'dist', 'package.json'])
    cpSync(join(root, name), join(dir, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  const launcher = join(dir, 'bin/godwit.js');
  return { launcher, compileCache: join(dir, 'cache'), remove: () => rmSync(dir, { recursive: true }) };
}
