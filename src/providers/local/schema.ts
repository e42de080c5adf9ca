/** Settings of a local site. */
import { z } from 'zod';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `9100-9109`, both ends included, or one port; undefined for anything else. Only ports that need no special rights. */
export function parsePorts(ports: string | number): PortRange | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(ports)) ?? [];
  const range = { first: Number(first), last: Number(last) };
  return range.first >= 1024 && range.first <= range.last && range.last <= 65_535 ? range : undefined;
}

const portsHint = 'a port range is written like 9100-9109, between 1024 and 65535';

/** `ports` is where the site's replicas listen, on loopback, one port each; `env` is added to every replica's environment. */
export const localSettings = z.strictObject({
  ports: z
    .union([z.string(), z.number()], { error: () => portsHint })
    .refine((ports) => parsePorts(ports) !== undefined, { error: portsHint })
    .meta({ description: 'Ports for this site’s replicas on 127.0.0.1', examples: ['9100-9109', 9100] }),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string(), {
      error: () => 'environment variables are written like { NAME: "value" }',
    })
    .optional()
    .meta({ description: 'Added to the environment of this site’s replicas; filled in like the command' }),
});
