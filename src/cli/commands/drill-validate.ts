import { adviseDrill } from '../../config/drill-advice.ts';
import type { Config } from '../../model/config.ts';
import type { Drill } from '../../model/drill.ts';
import type { Expression } from '../../model/expression.ts';
import { drillJson } from '../../report/json/drill.ts';
import { drillUnderstoodText } from '../../report/text/drill-understood.ts';
import { type ExpressionPlace, expressionWords } from '../../report/text/expression.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { text } from '../inputs.ts';
import { findDeployment, findDrill } from '../open-config.ts';

export const drillValidate = defineCommand({
  name: 'drill validate',
  summary: 'Say how each drill is understood; nothing is contacted',
  arguments: { drill: text('drill', 'as named under `drills`; otherwise all', 'drill') },
  options: {},
  examples: ['godwit drill validate', 'godwit drill validate site-loss -o json'],
  formats: ['table', 'json', 'yaml'],
  async run({ arguments: { drill: name }, globals }, app, out) {
    const reading = await app.config.read(globals.config, { isForUse: false });
    if (reading.kind === 'invalid')
      return {
        exit: 'usage',
        json: { kind: 'DrillValidation', valid: false, findings: reading.findings },
        note: reading.text,
      };
    const { config, warnings } = reading;
    const drills = name === undefined ? (config.drills ?? []) : [findDrill(config, name)];
    const understood = drills.map((drill) => ({
      drill,
      advice: adviseDrill(drill, findDeployment(config, drill.deployment)),
    }));
    const texts = understood.map(({ drill, advice }) => drillUnderstoodText(drill, advice, out.dataStyle));
    const warned = understood.reduce((sum, { advice }) => sum + advice.length, 0);
    return {
      exit: 'done',
      json: {
        ...{ kind: 'DrillValidation', valid: true, path: config.path, digest: config.digest },
        drills: understood.map(({ drill, advice }) => ({ ...understoodJson(drill), warnings: advice })),
        findings: warnings.findings,
      },
      text: [...texts, summary(config, drills.length, warned)].join('\n\n'),
      ...(warnings.text === '' ? {} : { note: warnings.text }),
    };
  },
});

function understoodJson(drill: Drill) {
  const words = (of: readonly Expression[], place: ExpressionPlace) =>
    of.map((each) => expressionWords(each, place, drill.steadyState.observeMs));
  const { steadyState, recovery } = drill;
  return {
    ...drillJson(drill),
    exit: drill.exit ?? null,
    steadyState: { observeMs: steadyState.observeMs, require: words(steadyState.require, 'require') },
    hypothesis: words(drill.hypothesis, 'hypothesis'),
    abortIf: words(drill.abortIf, 'abortIf'),
    ...{ recovery, roles: drill.roles, report: drill.report },
  };
}

function summary({ path }: Config, drills: number, warnings: number): string {
  if (drills === 0) return 'No drill is configured: `godwit drill init` writes some.';
  const counts = `${count(drills, 'drill')}${warnings === 0 ? '' : `, ${count(warnings, 'warning')}`}`;
  return `${sanitize(path, 200)}: valid (${counts}); nothing was contacted`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
