/** Finds the configuration: what was named, else godwit.yaml here or in a parent up to the repository's root. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GodwitError } from '../errors.ts';

const fileName = 'godwit.yaml';

export interface SearchTerms {
  readonly path: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Throws `ConfigNotFound` naming where it looked. */
export function findConfig({ path, cwd, env }: SearchTerms): string {
  const named = path ?? env['GODWIT_CONFIG'];
  if (named !== undefined && named !== '') {
    const full = resolve(cwd, named);
    if (existsSync(full)) return full;
    throw new GodwitError('ConfigNotFound', `there is no configuration ${full}`, {
      hint: path === undefined ? 'named by GODWIT_CONFIG' : 'named by --config',
    });
  }
  for (let dir = resolve(cwd); ; dir = dirname(dir)) {
    const candidate = join(dir, fileName);
    if (existsSync(candidate)) return candidate;
    if (existsSync(join(dir, '.git')) || dir === dirname(dir)) break;
  }
  throw new GodwitError('ConfigNotFound', `no ${fileName} in ${cwd} or a folder above it`, {
    hint: 'name it with --config FILE or GODWIT_CONFIG; `godwit demo` needs none',
  });
}
