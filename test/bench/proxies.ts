/** The two sides of every comparison, in front of the same backends. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RouteEntry } from '../../src/model/route.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver } from '../../src/traffic/gateway/driver.ts';
import { listens, proxyCore, type Started, start } from './processes.ts';

const root = resolve(import.meta.dirname, '../..');

export interface ProxySide extends Started {
  readonly name: 'godwit' | 'haproxy' | 'plain';
  readonly port: number;
}

/**
 * HAProxy as its manual would have it for one core. `same-job` is what the gateway always does too: the whole request is
 * kept so that it can be sent again, tried elsewhere when it fails, to the least busy server; `plain` forwards and no more.
 * `http-no-delay`, or it holds tokens back for 100 ms.
 */
export async function startHaproxy(
  dir: string,
  port: number,
  backendPort: number,
  job: 'same-job' | 'plain' = 'same-job',
): Promise<ProxySide> {
  const path = join(dir, `haproxy-${port}.cfg`);
  const [retries, buffer, balance] =
    job === 'same-job'
      ? [
          '  retries 3\n  option redispatch 1\n  retry-on all-retryable-errors\n',
          '  option http-buffer-request\n',
          '  balance leastconn\n',
        ]
      : ['', '', ''];
  writeFileSync(
    path,
    `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  option http-no-delay
  timeout connect 1s
  timeout client 60s
  timeout server 60s
${retries}frontend front
  bind 127.0.0.1:${port}
${buffer}  default_backend back
backend back
${balance}  server one 127.0.0.1:${backendPort}
`,
  );
  const started = start(proxyCore, 'haproxy', ['-db', '-f', path]);
  await listens(port);
  return { ...started, name: job === 'plain' ? 'plain' : 'haproxy', port };
}

/** The gateway alone: its table is written once, and no controller runs. */
export async function startGateway(dir: string, port: number, backendPort: number): Promise<ProxySide> {
  const stateDir = join(dir, `gateway-${port}`);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, 'godwit.yaml');
  writeFileSync(
    path,
    `version: 1
sites: { one: { provider: local, ports: 20000-20001 } }
deployments: { bench: { model: tiny, command: ["true"], sites: { one: {} } } }
traffic: { listen: "127.0.0.1:${port}" }
`,
    { mode: 0o600 },
  );
  const started = start(proxyCore, process.execPath, [join(root, 'bin/godwit.js'), 'gateway', '--config', path]);
  await listens(port);
  await listens(backendPort);
  const clock = createClock();
  const driver = createGatewayDriver({ socketPath: join(stateDir, '.godwit/gateway/admin.sock'), clock });
  const entry: RouteEntry = {
    deployment: 'bench',
    epoch: 1,
    routeVersion: 1,
    match: {},
    weights: { one: 100 },
    sites: [
      {
        site: 'one',
        replicas: [{ id: 'one-0', bootId: 'one', url: `http://127.0.0.1:${backendPort}`, state: 'serving' }],
      },
    ],
    spill: [],
    firstTokenLimitMs: 2000,
    journalHead: '',
  };
  const reply = await driver.write(entry, {
    signal: AbortSignal.timeout(5000),
    deadlineAtMonoMs: clock.monoMs() + 5000,
    operationId: 'bench',
    epoch: 1,
    idempotencyKey: 'bench',
  });
  if (reply.kind !== 'done') throw new Error(`the gateway did not take its table: ${reply.error.message}`);
  return { ...started, name: 'godwit', port };
}
