import { drillsText } from '../../config/drill-text.ts';
import { suggestDrills } from '../../config/suggest-drills.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { flag, text } from '../inputs.ts';
import { findDeployment, readForLooking } from '../open-config.ts';

const head =
  '# Rehearsed failures, from `godwit drill init`. Their limits follow from the probes and the failover of this file:\n' +
  '# change those, and the limits here with them.\n';

export const drillInit = defineCommand({
  name: 'drill init',
  summary: 'Write drills for your configuration, with limits from its own numbers',
  arguments: { deployment: text('deployment', 'as named in the configuration; otherwise all', 'deployment') },
  options: {
    write: flag('--write', 'add them to the configuration file; a copy of it is kept'),
  },
  examples: ['godwit drill init', 'godwit drill init --write', 'godwit drill init chat'],
  formats: ['table', 'json'],
  async run({ arguments: { deployment: name }, options, globals }, app) {
    const config = await readForLooking(app, globals.config);
    const deployments = name === undefined ? config.deployments : [findDeployment(config, name)];
    const known = new Set((config.drills ?? []).map((drill) => drill.name));
    const suggestions = deployments
      .flatMap((each) => suggestDrills(config, each))
      .filter((each) => !known.has(each.name));
    const missing = suggestions.filter((each) => !('why' in each)).map((each) => each.name);
    const json = {
      ...{ kind: 'DrillInit', drills: missing },
      leftOut: suggestions.flatMap((each) => ('why' in each ? [{ name: each.name, why: each.why }] : [])),
    };
    if (missing.length === 0)
      return {
        exit: 'done',
        json: { ...json, written: null },
        text: 'Nothing to do: every drill that makes sense here is there.',
      };
    if (known.size > 0) {
      const path = sanitize(config.path, 200);
      return {
        exit: options.write ? 'usage' : 'done',
        json: { ...json, written: null },
        text: drillsText(suggestions, true).trimEnd(),
        note: `${path} has drills already: paste these below its \`drills:\`.${options.write ? ' Nothing was changed.' : ''}`,
      };
    }
    const section = `${head}${drillsText(suggestions)}`;
    if (!options.write)
      return {
        exit: 'done',
        json: { ...json, written: null },
        text: section.trimEnd(),
        note: 'To add them to your configuration:  godwit drill init --write',
      };
    const { path, backup } = await app.config.append(config.path, section);
    const first = sanitize(missing[0] ?? '', 60);
    return {
      exit: 'done',
      json: { ...json, written: path, backup },
      text: `${missing.length} drills written to ${sanitize(path, 200)}; what it was before is ${sanitize(backup, 200)}`,
      note: `What one would do:  godwit drill run ${first} --dry-run`,
    };
  },
});
