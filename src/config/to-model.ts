/** Turns the tree in force into the model: durations to milliseconds, shares to ratios, paths to absolute ones. */
import { resolve } from 'node:path';
import { assert } from '../errors.ts';
import type { Config, GatewaySettings } from '../model/config.ts';
import type { Deployment, LaunchSpec, Placement } from '../model/deployment.ts';
import type { FailoverPolicy } from '../model/policy.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Site } from '../model/site.ts';
import { siteBaseKeys } from './schema.ts';
import { parseDuration, parseShare } from './units.ts';

/** Reads one part of the tree; the schema has checked what it holds. */
class Part {
  readonly #value: unknown;
  constructor(value: unknown) {
    this.#value = value;
  }
  get(...path: readonly string[]): Part {
    return new Part(
      path.reduce<unknown>((each, key) => (each as Record<string, unknown> | undefined)?.[key], this.#value),
    );
  }
  get isThere(): boolean {
    return this.#value !== undefined;
  }
  get text(): string {
    assert(typeof this.#value === 'string', 'the schema lets only text through here');
    return this.#value;
  }
  get maybeText(): string | undefined {
    return this.#value === undefined ? undefined : this.text;
  }
  get number(): number {
    assert(typeof this.#value === 'number', 'the schema lets only numbers through here');
    return this.#value;
  }
  get texts(): readonly string[] {
    assert(Array.isArray(this.#value), 'the schema lets only lists through here');
    return this.#value.map(String);
  }
  get ms(): number {
    const ms = parseDuration(this.text);
    assert(ms !== undefined, `the schema lets only durations through here, not ${this.text}`);
    return ms;
  }
  get percent(): number {
    const percent = parseShare(this.text);
    assert(percent !== undefined, `the schema lets only shares through here, not ${this.text}`);
    return percent;
  }
  get ratio(): number {
    return this.percent / 100;
  }
  get entries(): readonly (readonly [string, Part])[] {
    return Object.entries((this.#value ?? {}) as Record<string, unknown>).map(([key, value]) => [key, new Part(value)]);
  }
  get record(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries.map(([key, value]) => [key, value.text]));
  }
  get raw(): unknown {
    return this.#value;
  }
}

/** `dir`: the folder relative paths start from, the file's own. */
export function toModel(
  tree: unknown,
  file: { readonly path: string; readonly dir: string; readonly digest: string },
): Config {
  const top = new Part(tree);
  const stateDir = resolve(file.dir, top.get('state', 'dir').text);
  return {
    path: file.path,
    environment: top.get('environment').text,
    stateDir,
    lease: { ttlMs: top.get('state', 'lease', 'ttl').ms, renewEveryMs: top.get('state', 'lease', 'renewEvery').ms },
    sites: top.get('sites').entries.map(([name, site]) => siteOf(name, site)),
    deployments: top
      .get('deployments')
      .entries.map(([name, each]) => deploymentOf(name, each, top.get('traffic', 'routes', name))),
    gateway: gatewayOf(top.get('traffic'), stateDir),
    digest: file.digest,
  };
}

function siteOf(name: string, site: Part): Site {
  const own = site.entries.filter(([key]) => !siteBaseKeys.includes(key)).map(([key, value]) => [key, value.raw]);
  return {
    name,
    provider: site.get('provider').text,
    region: site.get('region').maybeText,
    residency: site.get('residency').texts,
    failureDomains: site.get('failureDomains').texts,
    settings: Object.fromEntries(own),
  };
}

function deploymentOf(name: string, given: Part, route: Part): Deployment {
  const stopGraceMs = given.get('stopGrace').ms;
  const model = given.get('model').text;
  const completion = completionOf(model, given.get('probe'));
  const [host, pathPrefix] = [route.get('host').maybeText, route.get('path').maybeText];
  return {
    name,
    model,
    placements: given.get('sites').entries.map(([site, placement]) => placementOf(site, placement, stopGraceMs)),
    residency: given.get('residency').texts,
    probes: [...plainProbes(given.get('probes')), completion],
    firstTokenLimitMs: completion.firstTokenLimitMs,
    failover: policyOf(given.get('failover')),
    drain: { waitForStreamsMs: given.get('drain', 'waitForStreams').ms },
    match: {
      model: route.get('model').text,
      ...(host === undefined ? {} : { host: host.toLowerCase() }),
      ...(pathPrefix === undefined ? {} : { pathPrefix }),
    },
    weights: Object.fromEntries(route.get('weights').entries.map(([site, weight]) => [site, weight.percent])),
  };
}

function placementOf(site: string, given: Part, stopGraceMs: number): Placement {
  const launch: LaunchSpec = {
    command: given.get('command').texts,
    env: given.get('env').record,
    startupTimeoutMs: given.get('startup', 'timeout').ms,
    stopGraceMs,
  };
  const standby = given.get('standby').text;
  assert(
    standby === 'hot' || standby === 'warm' || standby === 'cold',
    `the schema lets no standby ${standby} through`,
  );
  return { site, replicas: given.get('replicas').number, standby, launch };
}

function completionOf(model: string, probe: Part) {
  return {
    kind: 'completion' as const,
    name: 'completion',
    path: probe.get('endpoint').text,
    model,
    prompt: probe.get('prompt').text,
    maxTokens: probe.get('maxTokens').number,
    contains: probe.get('contains').maybeText,
    firstTokenLimitMs: probe.get('ttft').ms,
    everyMs: probe.get('every').ms,
    timeoutMs: probe.get('timeout').ms,
  };
}

function plainProbes(probes: Part): readonly ProbeSpec[] {
  return probes.entries.map(([kind, probe]): ProbeSpec => {
    const timing = { everyMs: probe.get('every').ms, timeoutMs: probe.get('timeout').ms };
    return kind === 'tcp'
      ? { kind: 'tcp', name: 'tcp', ...timing }
      : { kind: 'http', name: kind, path: probe.get('http').text, ...timing };
  });
}

function policyOf(given: Part): FailoverPolicy {
  const [detector, move, safety] = [given.get('detector'), given.get('move'), given.get('safety')];
  const mode = given.get('mode').text;
  assert(mode === 'off' || mode === 'advise' || mode === 'auto', `the schema lets no mode ${mode} through`);
  return {
    mode,
    detector: {
      evaluateEveryMs: detector.get('evaluateEvery').ms,
      failuresInARow: detector.get('failures').number,
      successesInARow: detector.get('successes').number,
      windowMs: detector.get('window').ms,
      badRatio: detector.get('badShare').ratio,
      minimumSamples: detector.get('minimumSamples').number,
      slowPhi: detector.get('slowPhi').number,
      failAfterMs: detector.get('failAfter').ms,
      staleAfterMs: detector.get('staleAfter').ms,
      quorum: detector.get('quorum').number,
      trafficBadRatio: detector.get('trafficBadShare').ratio,
      trafficMinimum: detector.get('trafficMinimum').number,
    },
    proof: { completions: given.get('proof', 'completions').number, maxAgeMs: given.get('proof', 'maxAge').ms },
    move: {
      stepsPct: move.get('steps').texts.map((step) => parseShare(step) ?? 100),
      holdEachMs: move.get('holdEach').ms,
      maxErrorRatio: move.get('maxErrors').ratio,
      maxFirstTokenMs: move.get('maxFirstToken').ms,
      deadlineMs: move.get('deadline').ms,
    },
    failback: {
      mode: given.get('failback', 'mode').text === 'auto' ? 'auto' : 'never',
      afterMs: given.get('failback', 'after').ms,
    },
    safety: {
      brakeRatio: safety.get('brake').ratio,
      coolDownMs: safety.get('coolDown').ms,
      maxFailoversPerDay: safety.get('maxPerDay').number,
      dwellMs: safety.get('dwell').ms,
    },
  };
}

function gatewayOf(traffic: Part, stateDir: string): GatewaySettings {
  const listen = traffic.get('listen').text;
  const limits = traffic.get('limits');
  return {
    host: listen.slice(0, listen.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
    port: Number(listen.slice(listen.lastIndexOf(':') + 1)),
    adminSocket: resolve(stateDir, 'gateway', 'admin.sock'),
    tableFile: resolve(stateDir, 'gateway', 'table.json'),
    hold: { maxWaitMs: traffic.get('hold', 'maxWait').ms, maxRequests: traffic.get('hold', 'maxRequests').number },
    retry: { ratio: traffic.get('retry', 'share').ratio },
    replay: { maxBodyBytes: limits.get('maxReplayBody').number, maxTotalBytes: limits.get('maxReplayTotal').number },
    limits: {
      maxBodyBytes: limits.get('maxBody').number,
      maxBufferedBytes: limits.get('maxBuffered').number,
      maxHeaderBytes: limits.get('maxHeader').number,
      maxUrlBytes: limits.get('maxUrl').number,
      maxConnections: limits.get('maxConnections').number,
      maxConnectionsPerAddress: limits.get('maxConnectionsPerAddress').number,
      headersTimeoutMs: limits.get('headersTimeout').ms,
      requestTimeoutMs: limits.get('requestTimeout').ms,
      firstByteTimeoutMs: limits.get('firstByteTimeout').ms,
      stallTimeoutMs: limits.get('stallTimeout').ms,
      slowReaderTimeoutMs: limits.get('slowReaderTimeout').ms,
    },
  };
}
