import { expect, test } from 'vitest';
import { loadText } from './support/load.ts';

const text = (failover: string) => `version: 1
sites: { left: { provider: local, ports: 9100-9109 }, right: { provider: local, ports: 9200-9209 } }
deployments: { chat: { model: tiny, command: [server], sites: { left: {}, right: {} } } }
failover: ${failover}
`;
const promoteWhen = 'write promoteWhen: ["errorRate <= 2%", "ttft.p95 <= 2s"], with the limits that you mean';
const unhealthyWhen = 'write unhealthyWhen: ["errorRate >= 50%", "lateRate >= 50%"], with the limits that you mean';

test.for([
  { given: '{ move: { maxErrors: 1% } }', message: 'unknown key "maxErrors" in failover.move', hint: promoteWhen },
  {
    given: '{ move: { maxFirstToken: 1s } }',
    message: 'unknown key "maxFirstToken" in failover.move',
    hint: promoteWhen,
  },
  {
    given: '{ detector: { trafficBadShare: 30% } }',
    message: 'unknown key "trafficBadShare" in failover.detector',
    hint: unhealthyWhen,
  },
  {
    given: '{ maxErrors: 1% }',
    message: 'unknown key "maxErrors" in failover',
    hint: expect.stringContaining('known: '),
  },
  {
    given: '{ move: { promoteWen: [] } }',
    message: 'unknown key "promoteWen" in failover.move',
    hint: 'did you mean "promoteWhen"?',
  },
])('$given is an unknown key, and what to write is said', async ({ given, message, hint }) => {
  const end = await loadText(text(given));
  const findings = end.kind === 'invalid' ? end.findings : [];
  expect(findings.map((each) => ({ message: each.message, hint: each.hint }))).toEqual([{ message, hint }]);
});

test.for(['maxErrors: 1%', 'maxFirstToken: 1s'])('a deployment has its own: %s', async (key) => {
  const own = text('{}').replace('right: {} } }', `right: {} }, failover: { move: { ${key} } } }`);
  const end = await loadText(own);
  expect(end).toMatchObject({ kind: 'invalid', findings: [{ hint: promoteWhen }] });
});
