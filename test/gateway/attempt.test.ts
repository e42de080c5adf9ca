import { expect, onTestFinished, test } from 'vitest';
import { entry } from '../core/support/routes.ts';
import { VirtualGateway } from './support/virtual-gateway.ts';

test.for([
  { when: 'before it is connected', atMs: 99, connected: 0 },
  { when: 'after it was connected', atMs: 101, connected: 1 },
  { when: 'never', atMs: undefined, connected: 1 },
])('a request lost $when: sent $connected times, and ended by the limits', ({ atMs, connected }) => {
  const gateway = new VirtualGateway(entry({ sites: { left: 1 }, weights: { left: 100 } }), 1);
  onTestFinished(() => gateway.close());
  gateway.behaviour.set('left', { kind: 'connects', afterMs: 100 });
  if (atMs !== undefined)
    gateway.at(atMs, () => {
      for (const attempt of gateway.route.waiting.filter(() => true)) attempt.isLost = true;
    });
  // Virtual time ends with the last thing that is to happen.
  gateway.at(60_020, () => undefined);
  gateway.run(1, 1000);
  expect(gateway.connected).toBe(connected);
  expect(gateway.answered).toMatchObject([{ status: 504, tookMs: 60_000 }]);
  expect([...gateway.route.pool.replicas.values()]).toMatchObject([{ inFlight: 0 }]);
});
