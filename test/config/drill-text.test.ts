import { expect, test } from 'vitest';
import { adviseDrill } from '../../src/config/drill-advice.ts';
import { drillsText } from '../../src/config/drill-text.ts';
import { suggestDrills } from '../../src/config/suggest-drills.ts';
import { demoConfig } from '../../src/demo/config-text.ts';
import { loaded, loadText } from './support/load.ts';

const site = (name: string, index: number, more = ''): string =>
  `  ${name}: { provider: local, ports: ${9100 + 100 * index}-${9109 + 100 * index}${more} }\n`;

const local = (
  failover = '',
  sites = ['oslo', 'paris', 'rome'].map((name, at) => site(name, at)).join(''),
): string => `version: 1
sites:
${sites}deployments:
  chat:
    model: tiny
    command: [server, --port, "\${port}"]
    sites: { oslo: {}, paris: {}, rome: {} }
${failover}`;

const vendors = ['aws', 'azure', 'aws'];
const named = ['oslo', 'paris', 'rome'].map((name, at) => site(name, at, `, vendor: ${vendors[at]}`)).join('');

test.for([
  { name: 'three local sites', text: local(), drills: 5 },
  { name: 'automation that acts', text: local('    failover: { mode: auto }\n'), drills: 5 },
  { name: 'automation that is off', text: local('    failover: { mode: "off" }\n'), drills: 5 },
  { name: 'two vendors', text: local('', named), drills: 6 },
  {
    name: 'the demo',
    text: demoConfig(['node', 'godwit.js'], { gateway: 9000, sites: [9100, 9200, 9300] }),
    drills: 5,
  },
])('what is suggested for $name is valid as it stands', async ({ text, drills }) => {
  const { config } = await loaded(text);
  const suggested = config.deployments.flatMap((each) => suggestDrills(config, each));
  const end = await loadText(`${text}\n${drillsText(suggested)}`);
  expect(end.kind === 'invalid' ? end.findings : end.warnings).toEqual([]);
  if (end.kind !== 'loaded') return;
  expect(end.config.drills).toHaveLength(drills);
  // Nothing is lost on the way: each is what was meant.
  for (const given of suggested.flatMap((each) => ('why' in each ? [] : [each]))) {
    const drill = end.config.drills?.find(({ name }) => name === given.name);
    expect(drill).toMatchObject({
      ...{ title: given.title, kind: given.kind, steadyState: { observeMs: given.steadyState.observeMs } },
      ...{ faults: given.faults, recovery: { failback: true, settleMs: given.settleMs } },
      load: { source: 'generated', requestsPerSecond: given.requestsPerSecond },
    });
    expect(drill?.hypothesis.map((each) => each.text)).toEqual(given.hypothesis);
    expect(drill?.abortIf.map((each) => each.text)).toEqual(given.abortIf);
    expect(drill?.exit).toEqual(given.exit);
    const deployment = config.deployments.find((each) => each.name === given.deployment);
    expect(drill && deployment && adviseDrill(drill, deployment)).toEqual([]);
  }
});

test('names that YAML would read as something else are marked', async () => {
  const text = local().replaceAll('oslo', 'on').replaceAll('chat', 'null');
  const { config } = await loaded(text.replace('null:', '"null":'));
  const suggested = config.deployments.flatMap((each) => suggestDrills(config, each));
  const end = await loadText(`${text.replace('null:', '"null":')}\n${drillsText(suggested)}`);
  expect(end.kind === 'invalid' ? end.findings : []).toEqual([]);
});
