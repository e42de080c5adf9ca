import { suggestion } from '../../config/nearest.ts';
import { GodwitError } from '../../errors.ts';
import { type DoctorReport, doctorAreas, type Finding } from '../../model/doctor.ts';
import { doctorJson } from '../../report/json/doctor.ts';
import { doctorText } from '../../report/text/doctor.ts';
import { defineCommand } from '../command.ts';
import type { Exit } from '../exit-codes.ts';
import { choices, text } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check what a bad night will need: state, gateway, rights, quota, parts',
  arguments: {},
  options: {
    only: choices('--only <areas>', 'only these', doctorAreas),
    site: text('--site <site>', 'only what is about this site', 'site'),
  },
  examples: [
    'godwit doctor                     exit 0 ok, 1 bad, 4 only rights, 11 not seen',
    'godwit doctor --only traffic,store',
    'godwit doctor --site virginia -o json',
  ],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const { only, site } = input.options;
    const config = await openConfig(app, input.globals);
    const known = config.sites.map(({ name }) => name);
    if (site !== undefined && !known.includes(site))
      throw new GodwitError('NotFound', `there is no site "${site}" in ${config.path}`, {
        hint: suggestion(site, known) ?? `known: ${known.join(', ')}`,
      });
    const progress = await out.progress('asking');
    const areas = only ?? doctorAreas;
    const asked = await app.examine(config, { areas, site }, app.interrupted).finally(() => progress.stop());
    const report: DoctorReport = {
      ...asked,
      findings: [
        ...(areas.includes('config') && site === undefined ? [configFinding(config.path)] : []),
        ...asked.findings,
      ],
    };
    return {
      exit: exitOf(report.findings),
      json: { kind: 'DoctorReport', ...doctorJson(report) },
      text: doctorText(report, out.dataStyle),
      note: 'Nothing was changed.',
    };
  },
});

/** One with mistakes ends every command before this, with all of them. */
function configFinding(path: string): Finding {
  return { area: 'config', outcome: 'ok', where: path, what: 'valid' };
}

/** What is bad outweighs what is not seen; rights have a code of their own while nothing else is bad. */
function exitOf(findings: readonly Finding[]): Exit {
  const bad = findings.filter(({ outcome }) => outcome === 'bad');
  if (bad.length > 0) return bad.every(({ isAccess }) => isAccess === true) ? 'credentials' : 'failed';
  return findings.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'done';
}
