import { suggestion } from '../../config/nearest.ts';
import { GodwitError } from '../../errors.ts';
import type { AccessPolicy } from '../../model/permission.ts';
import type { Site } from '../../model/site.ts';
import { policyJson } from '../../report/json/policy.ts';
import { policyMd } from '../../report/md/policy.ts';
import { policyNotes, policyText } from '../../report/text/policy.ts';
import type { App } from '../app.ts';
import { defineCommand, type Globals } from '../command.ts';
import { optionalChoice, requiredText, text } from '../inputs.ts';
import { readForLooking } from '../open-config.ts';

const uses = ['operate', 'create'] as const;

export const policyPrint = defineCommand({
  name: 'policy print',
  summary: 'Print the least that a cloud must allow, as its own document',
  arguments: { provider: requiredText('provider', 'the cloud: aws, azure or gcp', 'cloud') },
  options: {
    use: optionalChoice('--use <use>', 'operate: start and stop what exists; create: make and delete; else both', uses),
    site: text('--site <sites>', 'only for these sites of the configuration, with commas between', 'site'),
    document: text('--document <name>', 'only this one, where a cloud takes several'),
    account: text('--account <id>', 'account in the names of resources (aws); else left open'),
    runsAs: text('--runs-as <identity>', 'role or service account that the machines run as, where they have one'),
  },
  examples: [
    'godwit policy print aws > godwit-policy.json',
    'godwit policy print aws --use operate --site virginia',
    'godwit policy print azure --document godwit > godwit-role.json',
    'godwit policy print gcp > godwit-role.yaml',
    'godwit policy print azure -o md    each call, with its reason and source',
  ],
  formats: ['table', 'md', 'json', 'yaml'],
  async run(input, app) {
    const { provider } = input.arguments;
    const { use, site, document, account, runsAs } = input.options;
    const { maker, known } = await app.policyMaker(provider);
    if (maker === undefined)
      throw new GodwitError('NotFound', `there is nothing to print for "${provider}"`, {
        hint: suggestion(provider, known) ?? `known: ${known.join(', ')}`,
      });
    const asked = use === undefined ? uses : [use];
    const sites = chooseSites(await sitesOf(provider, app, input.globals), site, provider);
    const policy = only(document, maker.make({ uses: asked, sites, account, runsAs }));
    const { yamlOf } = await import('../../report/yaml.ts');
    return {
      exit: 'done',
      json: { kind: 'AccessPolicy', ...policyJson(policy, maker.table, asked) },
      text: policyText(policy, yamlOf),
      md: policyMd(maker.table, asked),
      note: policyNotes(policy),
    };
  },
});

function only(name: string | undefined, policy: AccessPolicy): AccessPolicy {
  if (name === undefined) return policy;
  const documents = policy.documents.filter((each) => each.name === name);
  if (documents.length > 0) return { ...policy, documents };
  const known = policy.documents.map((each) => each.name);
  throw new GodwitError('NotFound', `${policy.provider} has no document "${name}"`, {
    hint: suggestion(name, known) ?? `known: ${known.join(', ')}`,
  });
}

/** None without a configuration, unless one was named. */
async function sitesOf(provider: string, app: App, { config: path }: Globals): Promise<readonly Site[]> {
  try {
    return (await readForLooking(app, path)).sites.filter((each) => each.provider === provider);
  } catch (error) {
    if (path === undefined && error instanceof GodwitError && error.code === 'ConfigNotFound') return [];
    throw error;
  }
}

function chooseSites(sites: readonly Site[], typed: string | undefined, provider: string): readonly Site[] {
  if (typed === undefined) return sites;
  return typed.split(',').map((word) => {
    const name = word.trim();
    const found = sites.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = sites.map((each) => each.name);
    throw new GodwitError('NotFound', `there is no ${provider} site "${name}"`, {
      hint: suggestion(name, known) ?? `known: ${known.join(', ') || 'none'}`,
    });
  });
}
