/** The demo's configuration: an ordinary one, only faster than anybody would run it. */

export const demoSites = ['oslo', 'paris', 'rome'] as const;
/** The name its model servers answer to. */
export const demoModel = 'tiny-chat';

export interface DemoPorts {
  readonly gateway: number;
  /** First port of each site; it uses six. */
  readonly sites: readonly number[];
}

/** `program`: the words that start godwit itself, for its built-in model server. */
export function demoConfig(program: readonly string[], ports: DemoPorts): string {
  const command = [
    ...program,
    'model-server',
    '--port',
    '${port}',
    '--model',
    '${model}',
    '--name',
    '${replica}',
    '--load-ms',
    '500',
    '--first-token-ms',
    '30',
    '--tokens-per-second',
    '100',
  ];
  return `# Written by godwit demo.
version: 1
environment: demo
state: { dir: state, lease: { ttl: 3s, renewEvery: 500ms } }

sites:
${demoSites.map((site, index) => `  ${site}: { provider: local, ports: ${ports.sites[index]}-${(ports.sites[index] ?? 0) + 5} }`).join('\n')}

deployments:
  chat:
    model: ${demoModel}
    command: ${JSON.stringify(command)}
    startup: { timeout: 30s }
    stopGrace: 2s
    probe: { ttft: 250ms, every: 200ms, timeout: 500ms }
    probes: { process: { http: /health, every: 500ms, timeout: 500ms } }
    sites:
${demoSites.map((site) => `      ${site}: { replicas: 2 }`).join('\n')}
    failover:
      mode: auto
      detector: { evaluateEvery: 100ms, failures: 2, failAfter: 100ms, staleAfter: 3s, window: 5s }
      proof: { completions: 3, maxAge: 5s }
      move: { steps: [10%, 50%, 100%], holdEach: 500ms, promoteWhen: [errorRate <= 2%, ttft.p95 <= 1s] }
      failback: { mode: auto, after: 2s }
      safety: { dwell: 2s }

traffic:
  listen: 127.0.0.1:${ports.gateway}
`;
}
