/** How long `--help` takes against the least a Node program takes. Of the built package, as users have it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bench } from './main.ts';
import { judge, median, type Row } from './stats.ts';

const built = resolve(import.meta.dirname, '../../dist/main.js');
const help = `import(${JSON.stringify(built)}).then(({ main }) => main(['--help']))`;

export function benchStartup({ isQuick }: Bench): readonly Row[] {
  if (!existsSync(built)) throw new Error('dist is missing: npm run build');
  const times = { help: [] as number[], empty: [] as number[] };
  const time = (code: string): number => {
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return performance.now() - began;
  };
  for (let run = 0; run < (isQuick ? 15 : 31); run += 1) {
    times.empty.push(time('0'));
    times.help.push(time(help));
  }
  const ratio = median(times.help) / median(times.empty);
  return [
    {
      part: 'startup',
      what: '--help, ms',
      godwit: median(times.help),
      peer: median(times.empty),
      value: ratio,
      target: '<= 1.8',
      verdict: judge(ratio, (each) => each <= 1.8),
      raw: times,
    },
  ];
}
