/** HiGHS, compiled to WebAssembly (`highs` on npm, MIT). */
import loadHighs, { type Highs } from 'highs';

/** Its types describe a CommonJS module, whose default export would hang one step deeper than that of the ES module that Node loads. */
export function loadSolver(): Promise<Highs> {
  const load: unknown = loadHighs;
  return (load as typeof loadHighs.default)();
}
