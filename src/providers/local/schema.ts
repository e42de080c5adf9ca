/** Settings of a local site. */
import { z } from 'zod';

const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'a port range is written like 9100-9109')
  .transform((text) => text.split('-').map(Number))
  .refine(
    ([first = 0, last = 0]) => first >= 1024 && first <= last && last <= 65_535,
    'ports lie between 1024 and 65535, the lower one first',
  )
  .transform(([first = 0, last = 0]) => ({ first, last }));

/** `ports` is where the site's replicas listen, on loopback; one port each. */
export const localSettings = z.strictObject({
  ports: portRange.describe('Ports for this site’s replicas on 127.0.0.1, such as 9100-9109'),
});

export type LocalSettings = z.infer<typeof localSettings>;
