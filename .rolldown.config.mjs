// The published package: one entry for the program, one for the test kit. Commands and everything heavy stay chunks of
// their own, loaded when a command asks for them. Dependencies are left to npm, except commander: it is needed at every
// start, and every file and built-in module less is time that `--help` has. So it is with yaml and zod for `status`: as
// chunks they load in half the time (measured: 560 to 279 ms with `node:http` taken directly, on a busy machine).
import { builtinModules } from 'node:module';
import { defineConfig } from 'rolldown';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * What every start needs, taken without the ES module wrapper around it: `import` of a built-in module reads every one of
 * its exports first, and for some (node:process) that costs milliseconds.
 */
const direct = new Set(['node:events', 'node:fs', 'node:http', 'node:process', 'node:timers/promises', 'node:util']);
/** Commander wants these for programs that live in files of their own; ours never do, so they are loaded at first use: never. */
const never = new Set(['node:child_process', 'node:fs', 'node:path']);

const cheapBuiltins = {
  name: 'cheap-builtins',
  resolveId(id, importer) {
    if (never.has(id) && isCommander(importer)) return { id: `\0never:${id}`, moduleSideEffects: false };
    return direct.has(id) ? { id: `\0direct:${id}`, moduleSideEffects: false } : undefined;
  },
  load(id) {
    const [, how, name] = /^\0(never|direct):(.*)$/.exec(id) ?? [];
    if (how === 'never') return `export default new Proxy({}, { get: (_, key) => process.getBuiltinModule('${name}')[key] });`;
    if (how !== 'direct') return undefined;
    const names = Object.keys(process.getBuiltinModule(name)).filter((key) => /^[a-z]\w*$/i.test(key) && key !== 'default');
    return [
      `const builtin = /* @__PURE__ */ process.getBuiltinModule('${name}');`,
      'export default builtin;',
      ...names.map((key) => `export const ${key} = /* @__PURE__ */ (() => builtin.${key})();`),
    ].join('\n');
  },
};

function isCommander(importer) {
  return importer?.includes('/commander/') === true;
}

export default defineConfig({
  input: { main: 'src/main.ts', testkit: 'src/testkit/index.ts', 'solver-worker': 'src/solver/worker.ts' },
  platform: 'node',
  // Lets chunks import what they share with an entry from it, instead of moving it to one more file.
  preserveEntrySignatures: 'allow-extension',
  external: (id, importer) => {
    if (direct.has(id) || (never.has(id) && isCommander(importer))) return false;
    return builtins.has(id) || (/^[^./\0]/.test(id) && !/^(commander|yaml|zod|rolldown|src)/.test(id));
  },
  plugins: [cheapBuiltins],
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  },
});
