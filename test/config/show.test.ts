import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { resolvedValues, showConfig, showResolved } from '../../src/config/show.ts';
import { inFolder, loaded, write } from './support/load.ts';

const canary = 'canary-7f3a';
const ref = `\${env:SECRET}`;
const text = `version: 1
sites:
  left: { provider: local, ports: 9100-9109, env: { SITE: "${ref}" } }
  right: { provider: local, ports: 9200-9209 }
deployments:
  chat:
    model: "m-${ref}"
    command: [server, --key, "${ref}"]
    env: { TOKEN: "x${ref}", PLAIN: open }
    sites:
      left: { replicas: 2 }
      right: { env: { OWN: "${ref}", TOKEN: mine } }
probe: { prompt: "${ref}", contains: ready }
failover: { mode: auto }
`;
const load = () => loaded(text, { env: { SECRET: canary } });

test('shows the file as written, secrets hidden', async () => {
  const shown = showConfig(await load());
  expect(shown).not.toContain(canary);
  const read = parse(shown) as { readonly deployments: { readonly chat: unknown }; readonly probe: unknown };
  expect(read.probe).toEqual({ prompt: '***', contains: 'ready' });
  expect(read.deployments.chat).toMatchObject({
    model: '***',
    command: ['server', '--key', '***'],
    env: { TOKEN: '***', PLAIN: 'open' },
  });
});

test('hides a secret also where a value in force inherits it', async () => {
  const end = await load();
  expect(showResolved(end)).not.toContain(canary);
  expect(JSON.stringify(resolvedValues(end))).not.toContain(canary);
  const values = new Map(resolvedValues(end).map(({ path, value, from }) => [path, [value, from]]));
  expect(Object.fromEntries(values)).toMatchObject({
    'sites.left.env.SITE': ['***', 'standard input:3'],
    'deployments.chat.probe.prompt': ['***', 'standard input:13'],
    'deployments.chat.probe.contains': ['ready', 'standard input:13'],
    'deployments.chat.sites.left.command': ['***', 'standard input:8'],
    'deployments.chat.sites.left.env.TOKEN': ['***', 'standard input:9'],
    'deployments.chat.sites.left.env.PLAIN': ['open', 'standard input:9'],
    'deployments.chat.sites.right.env.TOKEN': ['mine', 'standard input:12'],
    'deployments.chat.sites.right.env.OWN': ['***', 'standard input:12'],
    'traffic.routes.chat.model': ['***', 'standard input:7'],
  });
});

test('says of every value where it comes from', async () => {
  const lines = showResolved(await load()).split('\n');
  for (const line of [
    'version: 1  # standard input:1',
    'environment: "default"  # default',
    'deployments.chat.failover.mode: "auto"  # standard input:14',
    'deployments.chat.failover.move.steps: ["10%","50%","100%"]  # default',
    'deployments.chat.sites.left.replicas: 2  # standard input:11',
    'deployments.chat.sites.right.replicas: 1  # default',
    'traffic.routes.chat.weights.left: "100%"  # default',
  ])
    expect(lines).toContain(line);
});

test('names the file without its folder, and follows an alias to its line', () =>
  inFolder(async (folder) => {
    const path = write(
      folder,
      'godwit.yaml',
      text.replace('{ replicas: 2 }', '&two { replicas: 2 }\n      right: *two').replace(/\n {6}right: \{.*/, ''),
    );
    const end = await loaded('', { path, env: { SECRET: canary } });
    expect(showResolved(end)).toContain('deployments.chat.sites.right.replicas: 2  # godwit.yaml:11');
  }));

test('lets no control character of the file reach the terminal', async () => {
  const end = await loaded(text.replace('PLAIN: open', 'PLAIN: "\\u001b[31m\\u202e"'), { env: { SECRET: canary } });
  const [line] = showResolved(end)
    .split('\n')
    .filter((each) => each.includes('left.env.PLAIN'));
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
