/** Settings of a local site. */
import { z } from 'zod';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `9100-9109`, both ends included; undefined for anything else. Only ports that need no special rights. */
export function parsePorts(text: string): PortRange | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  return range.first >= 1024 && range.first <= range.last && range.last <= 65_535 ? range : undefined;
}

/** `ports` is where the site's replicas listen, on loopback; one port each. */
export const localSettings = z.strictObject({
  ports: z
    .string({ error: () => 'a port range is written like 9100-9109' })
    .refine((text) => parsePorts(text) !== undefined, {
      error: 'a port range is written like 9100-9109, between 1024 and 65535',
    })
    .meta({ description: 'Ports for this site’s replicas on 127.0.0.1', examples: ['9100-9109'] }),
});
