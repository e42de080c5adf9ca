/** Turns the tree in force into the model: durations to milliseconds, shares to ratios, paths to absolute ones. */
import { resolve } from 'node:path';
import { assert } from '../errors.ts';
import type { Config, GatewaySettings } from '../model/config.ts';
import { type ContainerSpec, gpus } from '../model/container.ts';
import type { Deployment, LaunchSpec, Placement } from '../model/deployment.ts';
import { listenOf } from '../model/listen.ts';
import type { DrainPolicy } from '../model/policy.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Site } from '../model/site.ts';
import { drillOf } from './drill-to-model.ts';
import { Part } from './part.ts';
import { policyOf } from './policy-to-model.ts';
import { parseUse } from './rebalance-schema.ts';
import { capacityOf, rebalanceOf } from './rebalance-to-model.ts';
import { siteBaseKeys } from './schema.ts';

/** `dir`: the folder relative paths start from, the file's own. */
export function toModel(
  tree: unknown,
  file: { readonly path: string; readonly dir: string; readonly digest: string },
): Config {
  const top = new Part(tree);
  const metrics = top.get('metrics', 'listen').maybeText;
  const every = top.get('doctor', 'every');
  const stateDir = resolve(file.dir, top.get('state', 'dir').text);
  return {
    path: file.path,
    environment: top.get('environment').text,
    isProtected: top.get('protected').flag,
    stateDir,
    lease: { ttlMs: top.get('state', 'lease', 'ttl').ms, renewEveryMs: top.get('state', 'lease', 'renewEvery').ms },
    sites: top.get('sites').entries.map(([name, site]) => siteOf(name, site)),
    deployments: top
      .get('deployments')
      .entries.map(([name, each]) => deploymentOf(name, each, top.get('traffic', 'routes', name))),
    drills: top.get('drills').entries.map(([name, each]) => drillOf(name, each, file.dir)),
    ...(top.get('rebalance').isThere ? { rebalance: rebalanceOf(top.get('rebalance'), file.dir) } : {}),
    gateway: gatewayOf(top.get('traffic'), stateDir),
    ...(every.text === 'off' ? {} : { doctor: { everyMs: every.ms } }),
    ...(metrics === undefined ? {} : { metrics: listenOf(metrics) }),
    digest: file.digest,
  };
}

function siteOf(name: string, site: Part): Site {
  const egressUsdPerGiB = site.get('egress', 'amount').maybeNumber;
  const own = site.entries.filter(([key]) => !siteBaseKeys.includes(key)).map(([key, value]) => [key, value.raw]);
  return {
    name,
    provider: site.get('provider').text,
    vendor: site.get('vendor').text,
    region: site.get('region').maybeText,
    residency: site.get('residency').texts,
    failureDomains: site.get('failureDomains').texts,
    ...(site.get('capacity').isThere ? { capacity: site.get('capacity').items.map(capacityOf) } : {}),
    ...(egressUsdPerGiB === undefined ? {} : { egressUsdPerGiB }),
    settings: Object.fromEntries(own),
  };
}

function deploymentOf(name: string, given: Part, route: Part): Deployment {
  const stopGraceMs = given.get('stopGrace').ms;
  const model = given.get('model').text;
  const completion = completionOf(model, given.get('probe'));
  const [host, pathPrefix] = [route.get('host').maybeText, route.get('path').maybeText];
  const [owner, runbook] = [given.get('owner').maybeText, given.get('runbook').maybeText];
  return {
    name,
    model,
    placements: given.get('sites').entries.map(([site, placement]) => placementOf(site, placement, stopGraceMs)),
    residency: given.get('residency').texts,
    probes: [...plainProbes(given.get('probes')), completion],
    firstTokenLimitMs: completion.firstTokenLimitMs,
    failover: policyOf(given.get('failover')),
    drain: drainOf(given.get('drain')),
    match: {
      model: route.get('model').text,
      ...(host === undefined ? {} : { host: host.toLowerCase() }),
      ...(pathPrefix === undefined ? {} : { pathPrefix }),
    },
    weights: Object.fromEntries(route.get('weights').entries.map(([site, weight]) => [site, weight.percent])),
    ...(owner === undefined ? {} : { owner }),
    ...(runbook === undefined ? {} : { runbook }),
  };
}

function drainOf(given: Part): DrainPolicy {
  const longestOutputTokens = given.get('longestOutput').maybeNumber;
  return {
    waitForStreamsMs: given.get('waitForStreams').ms,
    ...(longestOutputTokens === undefined ? {} : { longestOutputTokens }),
    ...(given.get('idleMetrics').isThere ? { idleMetrics: given.get('idleMetrics').texts } : {}),
  };
}

function placementOf(site: string, given: Part, stopGraceMs: number): Placement {
  const container = containerOf(given);
  const launch: LaunchSpec = {
    command: given.get('command').texts,
    ...(container === undefined ? {} : { container }),
    env: given.get('env').record,
    startupTimeoutMs: given.get('startup', 'timeout').ms,
    stopGraceMs,
  };
  const standby = given.get('standby').text;
  assert(
    standby === 'hot' || standby === 'warm' || standby === 'cold',
    `the schema lets no standby ${standby} through`,
  );
  const ratedRps = given.get('rated', 'requestsPerSecond').maybeNumber;
  const usdPerHour = given.get('price', 'amount').maybeNumber;
  const use = parseUse(given.get('use').maybeText ?? '');
  return {
    ...{ site, replicas: given.get('replicas').number, standby, launch },
    ...(ratedRps === undefined ? {} : { ratedRps }),
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
    ...(use === undefined ? {} : { use }),
  };
}

function containerOf(given: Part): ContainerSpec | undefined {
  const image = given.get('image').maybeText;
  if (image === undefined) return undefined;
  const gpu = gpus.find((each) => each === given.get('gpu').text);
  assert(gpu !== undefined, `the schema lets no gpu ${given.get('gpu').text} through`);
  return { image, args: given.get('args').texts, gpu };
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

function gatewayOf(traffic: Part, stateDir: string): GatewaySettings {
  const limits = traffic.get('limits');
  return {
    ...listenOf(traffic.get('listen').text),
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
