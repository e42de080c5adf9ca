/** Rules about where metrics are served. */
import { isLoopback, mostPort } from '../model/listen.ts';
import type { Rule } from './rule.ts';

const place = ['metrics', 'listen'];

/** What is served has neither TLS nor authentication, and there is no word that would allow it outside. */
export const metricsListen: Rule = ({ source, config: { metrics }, isSure }) => {
  if (metrics === undefined || !isSure(place)) return [];
  if (metrics.port > mostPort) return [source.findingAt(place, `there is no port ${metrics.port}`)];
  return isLoopback(metrics.host)
    ? []
    : [
        source.findingAt(
          place,
          `${metrics.host} can be reached from outside, and the metrics have neither TLS nor authentication`,
          'listen on 127.0.0.1; an agent or a proxy on this machine may carry them on',
        ),
      ];
};
