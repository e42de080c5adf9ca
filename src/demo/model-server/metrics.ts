/** vLLM's metric names, so that whatever reads vLLM reads this. https://docs.vllm.ai/en/latest/design/metrics.html (2026-11-23). */

const firstTokenBounds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const interTokenBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

export interface Metrics {
  running: number;
  waiting: number;
  succeeded: number;
  tokens: number;
  readonly firstToken: Histogram;
  readonly interToken: Histogram;
}

export interface Histogram {
  readonly bounds: readonly number[];
  /** One more than bounds: the last is +Inf. */
  readonly counts: number[];
  sum: number;
}

export function createMetrics(): Metrics {
  return {
    running: 0,
    waiting: 0,
    succeeded: 0,
    tokens: 0,
    firstToken: histogram(firstTokenBounds),
    interToken: histogram(interTokenBounds),
  };
}

function histogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

/** `seconds` as Prometheus wants them; `times` the same value more than once. */
export function observe(into: Histogram, seconds: number, times = 1): void {
  let index = into.bounds.findIndex((bound) => seconds <= bound);
  if (index < 0) index = into.bounds.length;
  into.counts[index] = (into.counts[index] ?? 0) + times;
  into.sum += seconds * times;
}

/** Prometheus text format 0.0.4. */
export function renderMetrics(metrics: Metrics, model: string): string {
  const labels = `engine="0",model_name="${model.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  const plain = (name: string, type: string, value: number, more = ''): string =>
    `# TYPE ${name} ${type}\n${name}{${labels}${more}} ${value}\n`;
  return [
    plain('vllm:num_requests_running', 'gauge', metrics.running),
    plain('vllm:num_requests_waiting', 'gauge', metrics.waiting),
    plain('vllm:kv_cache_usage_perc', 'gauge', Math.min(1, metrics.running / 256)),
    plain('vllm:request_success_total', 'counter', metrics.succeeded, ',finished_reason="stop"'),
    plain('vllm:generation_tokens_total', 'counter', metrics.tokens),
    renderHistogram('vllm:time_to_first_token_seconds', metrics.firstToken, labels),
    renderHistogram('vllm:inter_token_latency_seconds', metrics.interToken, labels),
  ].join('');
}

function renderHistogram(name: string, { bounds, counts, sum }: Histogram, labels: string): string {
  let total = 0;
  const lines = [...bounds.map(String), '+Inf'].map((bound, index) => {
    total += counts[index] ?? 0;
    return `${name}_bucket{${labels},le="${bound}"} ${total}\n`;
  });
  return `# TYPE ${name} histogram\n${lines.join('')}${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${total}\n`;
}
