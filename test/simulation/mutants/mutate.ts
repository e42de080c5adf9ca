/** Puts a fault into the source as it is loaded: what is run in production has no hook for it. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import type { Mutant } from './mutant.ts';

const root = new URL('../../../', import.meta.url);

/** For the whole thread, from here on: what was imported before stays as it was. */
export function installMutant(mutant: Mutant): void {
  const target = new URL(mutant.file, root).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== target) return loaded;
      // The types are taken away after the hooks, as for any other module.
      if (loaded.format !== 'module-typescript') throw new Error(`${mutant.file} was loaded as ${loaded.format}`);
      return { ...loaded, source: mutate(textOf(loaded.source), mutant) };
    },
  });
}

/** The file with the fault in it; throws unless `find` stands in it exactly once. */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${name}: found ${parts.length - 1} times in ${file}, not once: ${find}`);
  return parts.join(replace);
}

/** The file as it stands in the repository. */
export function sourceOf({ file }: Mutant): string {
  return readFileSync(new URL(file, root), 'utf8');
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return Buffer.from(source).toString('utf8');
  throw new Error('a module came without its source');
}
