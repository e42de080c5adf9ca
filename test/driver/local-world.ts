import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tearDown } from '../../src/engine/tear-down.ts';
import { startGateway } from '../../src/gateway/gateway.ts';
import { readConfig } from '../../src/main/config.ts';
import { withEngine } from '../../src/main/engine.ts';
import type { Config } from '../../src/model/config.ts';
import { readBootId } from '../../src/system/boot-id.ts';
import { createClock } from '../../src/system/clock.ts';
import { createRandom } from '../../src/system/random.ts';

const root = resolve(import.meta.dirname, '../..');

/** Two local sites with the built-in model server, a real gateway in this process, and a count of every program started. */
export interface LocalWorld {
  readonly dir: string;
  readonly config: Config;
  readonly gatewayUrl: string;
  /** Model servers started so far, over all controllers. */
  starts(): number;
  close(): Promise<void>;
}

/** `extra`: lines for the deployment's failover block. Everything it starts is gone after `close`. */
export async function openLocalWorld(failover = ''): Promise<LocalWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-world-'));
  const [gatewayPort, left, right] = await freeRanges();
  const log = join(dir, 'starts');
  const server = `echo started >> ${log}; exec ${process.execPath} ${join(root, 'bin/godwit.js')} model-server --port \${port} --model tiny --name \${replica} --first-token-ms 5 --tokens-per-second 0`;
  const path = join(dir, 'godwit.yaml');
  writeFileSync(
    path,
    `version: 1
state: { dir: state, lease: { ttl: 1s, renewEvery: 200ms } }
sites:
  left: { provider: local, ports: ${left}-${left + 3} }
  right: { provider: local, ports: ${right}-${right + 3} }
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify(['sh', '-c', server])}
    startup: { timeout: 20s }
    stopGrace: 1s
    probe: { ttft: 250ms, every: 100ms, timeout: 400ms }
    sites: { left: { replicas: 1 }, right: { replicas: 1 } }
    failover:
      mode: auto
      detector: { evaluateEvery: 50ms, failures: 2, failAfter: 0ms, staleAfter: 3s, window: 5s }
      proof: { completions: 2, maxAge: 10s }
${failover}
traffic: { listen: "127.0.0.1:${gatewayPort}" }
`,
    { mode: 0o600 },
  );
  const reading = await readConfig(path, true);
  if (reading.kind !== 'valid') throw new Error(reading.text);
  const { config } = reading;
  const clock = createClock();
  const gateway = await startGateway(config.gateway, {
    clock,
    random: createRandom(),
    bootId: readBootId(),
    log: (line) => appendFileSync(join(dir, 'gateway.log'), `${line}\n`),
  });
  return {
    dir,
    config,
    gatewayUrl: `http://127.0.0.1:${gateway.port}`,
    starts: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0),
    async close() {
      const left = await withEngine(
        config,
        { clock, reporter: { report: () => undefined }, actor: 'controller' },
        (deps) => tearDown(deps, AbortSignal.timeout(20_000)),
      );
      await gateway.close(1000);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      if (left.length > 0) throw new Error(`left behind: ${left.join('; ')}`);
    },
  };
}

/** Waits for a condition and fails with what was seen instead. */
export async function until<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: string,
  limitMs = 20_000,
  everyMs = 25,
): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadlineMs) throw new Error(`not seen within ${limitMs} ms: ${what}`);
    await new Promise((wake) => setTimeout(wake, everyMs));
  }
}

/** The first ports of three free ranges of four. */
export async function freeRanges(): Promise<readonly [number, number, number]> {
  const [a = 0, b = 0, c = 0] = await freePortRanges(3);
  return [a, b, c];
}

/** The first ports of so many free ranges of four, below the range the system hands out by itself. */
export async function freePortRanges(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let first = 12_000 + Math.floor(Math.random() * 4000) * 4; found.length < count; first += 4) {
    const free = await Promise.all([0, 1, 2, 3].map((offset) => canListen(first + offset)));
    if (free.every(Boolean)) found.push(first);
  }
  return found;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
