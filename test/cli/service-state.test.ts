import { expect, test } from 'vitest';
import { type Evidence, serviceState } from '../../src/cli/service-state.ts';
import { nowMs, siteDiagnosis, siteTraffic, traffic } from './support/models.ts';

const seen = (over: Parameters<typeof siteTraffic>[1], held = 0): Evidence['traffic'] => ({
  kind: 'seen',
  value: traffic([siteTraffic('site-a', over)], { held }),
  asOfMs: nowMs,
});
const healthy = [siteDiagnosis('site-a'), siteDiagnosis('site-b')];
const base: Evidence = {
  traffic: seen({ attempts: 100 }),
  weights: { 'site-a': 100, 'site-b': 0 },
  route: 'present',
  sites: healthy,
  maxErrorRatio: 0.05,
};

test.for([
  { name: 'serves when requests are answered and the active site is healthy', over: {}, state: 'serving' },
  { name: 'serves at the error limit', over: { traffic: seen({ attempts: 100, failures: 5 }) }, state: 'serving' },
  { name: 'is degraded just above it', over: { traffic: seen({ attempts: 1000, failures: 51 }) }, state: 'degraded' },
  { name: 'counts late answers as poor ones', over: { traffic: seen({ attempts: 100, late: 6 }) }, state: 'degraded' },
  { name: 'is down when every attempt fails', over: { traffic: seen({ attempts: 10, failures: 10 }) }, state: 'down' },
  { name: 'is down when requests only wait', over: { traffic: seen({}, 3) }, state: 'down' },
  {
    name: 'is degraded when some wait and some are answered',
    over: { traffic: seen({ attempts: 10 }, 1) },
    state: 'degraded',
  },
  {
    name: 'is down without a route',
    over: { route: 'none', weights: undefined, traffic: { kind: 'unseen', why: '404' } },
    state: 'down',
  },
  {
    name: 'is unknown when the gateway cannot be seen, whatever the probes say',
    over: { route: 'unseen', traffic: { kind: 'unseen', why: 'refused' } },
    state: 'unknown',
  },
  {
    name: 'is degraded when the active site is ill and requests spill elsewhere',
    over: { sites: [siteDiagnosis('site-a', 'SiteDead'), siteDiagnosis('site-b')] },
    state: 'degraded',
  },
  {
    name: 'stays serving while only a site without weight is ill',
    over: { sites: [siteDiagnosis('site-a'), siteDiagnosis('site-b', 'SiteDead')] },
    state: 'serving',
  },
  {
    name: 'serves without a controller as long as requests are answered',
    over: { sites: undefined },
    state: 'serving',
  },
  { name: 'serves without requests when probes are good', over: { traffic: seen({}) }, state: 'serving' },
  {
    name: 'is down without requests when no active site is ready',
    over: { traffic: seen({}), sites: [siteDiagnosis('site-a', 'SiteDead'), siteDiagnosis('site-b')] },
    state: 'down',
  },
  {
    name: 'serves without requests when all that serves will be gone in a moment',
    over: { traffic: seen({}), sites: [siteDiagnosis('site-a', 'Healthy', { ready: [], leaving: ['a-0'] })] },
    state: 'serving',
  },
  {
    name: 'is degraded without requests when one is bad and the other will be gone in a moment',
    over: { traffic: seen({}), sites: [siteDiagnosis('site-a', 'SiteDegraded', { ready: [], leaving: ['a-0'] })] },
    state: 'degraded',
  },
  {
    name: 'is degraded without requests when the active site is slow but ready',
    over: { traffic: seen({}), sites: [siteDiagnosis('site-a', 'SiteSlow', { ready: ['a-0'] })] },
    state: 'degraded',
  },
  {
    name: 'is unknown without requests and without a controller',
    over: { traffic: seen({}), sites: undefined },
    state: 'unknown',
  },
  {
    name: 'is unknown without requests when the active site cannot be seen',
    over: { traffic: seen({}), sites: [siteDiagnosis('site-a', 'ViewLost', { ready: [] })] },
    state: 'unknown',
  },
  {
    name: 'is unknown without requests when no site is known to have weight',
    over: { traffic: seen({}), weights: {} },
    state: 'unknown',
  },
] satisfies readonly { name: string; over: Partial<Evidence>; state: string }[])('$name', ({ over, state }) => {
  const result = serviceState({ ...base, ...over });
  expect(result.state).toBe(state);
  expect(result.why).not.toBe('');
});
