/** What is in force where the file says nothing; in the file's own words, so that `config show --resolved` can print it. */

/** Chosen for models on rented GPUs: slow to load, never worth a hasty move. INVARIANTS and the peers' defaults stand behind them. */
export const deploymentDefaults = {
  startup: { timeout: '25m' },
  stopGrace: '30s',
  probe: {
    endpoint: '/v1/chat/completions',
    prompt: 'Reply with the single word: ready',
    maxTokens: 8,
    ttft: '2s',
    every: '5s',
    timeout: '10s',
  },
  drain: { waitForStreams: '10m' },
  failover: {
    mode: 'advise',
    detector: {
      evaluateEvery: '2s',
      failures: 3,
      successes: 2,
      window: '60s',
      badShare: '50%',
      minimumSamples: 6,
      slowPhi: 8,
      failAfter: '10s',
      staleAfter: '30s',
      quorum: 2,
      unhealthyWhen: ['errorRate >= 50%', 'lateRate >= 50%'],
      trafficMinimum: 5,
    },
    proof: { completions: 3, maxAge: '60s' },
    move: {
      steps: ['10%', '50%', '100%'],
      holdEach: '20s',
      promoteWhen: ['errorRate <= 2%', 'ttft.p95 <= 2s'],
      deadline: '10m',
    },
    failback: { mode: 'never', after: '30m' },
    // No floor by itself: moving all to a smaller site must be possible. The load and one site at a time are always looked at.
    safety: {
      ...{ brake: '50%', coolDown: '30m', maxPerDay: 3, dwell: '10m' },
      ...{ minReady: '0%', headroom: '0%', removalWindow: '10m', vendorShare: {}, freeze: [] },
    },
    manual: { defaultExpiry: '4h', maxExpiry: '72h', warnBefore: '20m', requireReason: false },
  },
} as const;

/** For the probes of `probes`, which are there only when written. */
export const probeDefaults = { process: { every: '5s', timeout: '2s' }, tcp: { every: '5s', timeout: '2s' } } as const;

/** For an image, where one is named. */
export const containerDefaults = { args: [], gpu: 'nvidia' } as const;

/** For a deployment's site. */
export const placementDefaults = { replicas: 1, standby: 'hot' } as const;

/** For a drill. */
export const drillDefaults = {
  kind: 'live',
  fault: [],
  hypothesis: [],
  steadyState: { observe: '3s', require: [] },
  load: { source: 'live-traffic' },
  abortIf: [],
  recovery: { failback: true, settle: '3s' },
  report: { formats: ['html'], window: { before: '1m', after: '1m' } },
} as const;

/** For a drill's own load. */
export const generatedLoadDefaults = { streams: '50%', promptTokens: 50, outputTokens: 20 } as const;

/** For a drill's schedule. */
export const scheduleDefaults = { timezone: 'UTC', skipDates: [] } as const;

/** For each fault of a drill. */
export const faultDefaults = { at: '0s', share: '100%' } as const;

/** For `rebalance`, where it is written. */
export const rebalanceDefaults = {
  objective: {
    latency: { amount: 0, currency: 'USD', per: 'millisecond-hour' },
    move: { amount: 0, currency: 'USD', per: 'replica' },
    payback: '24h',
  },
  constraints: { vendorShare: {}, headroom: '20%', minimumSites: 1, survive: 'site' },
  maxChange: {},
  demand: {},
  prices: { maxAge: '1h' },
  run: { every: '5m', jitter: '0s', idleBelow: '30%', lockStaleAfter: '1h' },
  minimumGain: { amount: 0, currency: 'USD', per: 'hour' },
} as const;

/** For everything outside deployments. */
export const topDefaults = {
  environment: 'default',
  protected: false,
  doctor: { every: '6h' },
  state: { dir: '.godwit', lease: { ttl: '10s', renewEvery: '3s' } },
  traffic: {
    driver: 'gateway',
    listen: '127.0.0.1:8080',
    public: false,
    hold: { maxWait: '30s', maxRequests: 1000 },
    retry: { share: '10%' },
    limits: {
      maxBody: 10 * 1024 * 1024,
      maxBuffered: 256 * 1024 * 1024,
      maxReplayBody: 1024 * 1024,
      maxReplayTotal: 64 * 1024 * 1024,
      maxHeader: 16 * 1024,
      maxUrl: 8 * 1024,
      maxConnections: 20_000,
      maxConnectionsPerAddress: 10_000,
      headersTimeout: '10s',
      requestTimeout: '30s',
      firstByteTimeout: '5m',
      stallTimeout: '60s',
      slowReaderTimeout: '60s',
    },
  },
} as const;
