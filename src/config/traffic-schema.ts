/** The shape of `traffic`: how the gateway listens, what it allows, which requests are whose. */
import { z } from 'zod';
import { address, count, name, path, size } from './fields.ts';
import { duration, share } from './units.ts';

const route = z.strictObject({
  host: z.string().min(1).optional().meta({ description: 'Requests for this Host' }),
  path: path('Requests under this path').optional(),
  model: z.string().min(1).optional().meta({ description: 'Requests for this model; default: the deployment’s' }),
  weights: z
    .record(name, share('Share of new requests', true))
    .optional()
    .meta({ description: 'Where traffic goes when nothing is wrong; sums to 100%' }),
});

/** All of it optional: one local gateway needs no words. */
export const trafficSchema = z
  .strictObject({
    driver: z.literal('gateway').optional().meta({ description: 'The embedded gateway' }),
    listen: address('Address of the gateway', '127.0.0.1:8080').optional(),
    public: z
      .boolean()
      .optional()
      .meta({ description: 'Says that listening beyond this machine is meant; put TLS and authentication in front' }),
    hold: z
      .strictObject({
        maxWait: duration('How long a request waits while nothing is ready').optional(),
        maxRequests: count('Requests that may wait at once', 0, 100_000).optional(),
      })
      .meta({ description: 'How requests wait while nothing is ready' })
      .optional(),
    retry: z
      .strictObject({ share: share('Retries per request').optional() })
      .meta({ description: 'How much is tried again elsewhere' })
      .optional(),
    limits: z
      .strictObject({
        maxBody: size('Largest request body').optional(),
        maxBuffered: size('Request bodies in memory, together').optional(),
        maxReplayBody: size('Larger bodies are never sent twice').optional(),
        maxReplayTotal: size('Bodies kept for a second sending, together').optional(),
        maxHeader: size('All headers together').optional(),
        maxUrl: size('Longest URL').optional(),
        maxConnections: count('Client connections', 1, 1_000_000).optional(),
        maxConnectionsPerAddress: count('Client connections from one address', 1, 1_000_000).optional(),
        headersTimeout: duration('For a request’s headers').optional(),
        requestTimeout: duration('For a whole request to arrive').optional(),
        firstByteTimeout: duration('Longest wait for an answer’s first byte').optional(),
        stallTimeout: duration('Longest silence inside an answer').optional(),
        slowReaderTimeout: duration('A client that takes nothing for this long is cut').optional(),
      })
      .meta({ description: 'What one client may ask for' })
      .optional(),
    routes: z.record(name, route).optional().meta({ description: 'Which requests are for which deployment' }),
  })
  .meta({ description: 'How requests come in and where they go' });
