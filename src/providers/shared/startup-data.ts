/** What a new machine is told to run: a deployment's image, rendered for the way its cloud hands such data over. Pure. */
import { unfitValues } from '../../model/container.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { scriptPath, scriptText, unitName, unitText } from './container-script.ts';
import { fill } from './fill.ts';
import { serverArgs } from './server-args.ts';
import { type Refused, refused } from './told.ts';

/** How a cloud takes start-up data: who reads it on the machine, and how much of it there may be, before any encoding. */
export interface Carrier {
  readonly format: 'cloud-config' | 'script';
  readonly maxBytes: number;
}

/** Machines read them by cloud-init, once in their life, or by Google's guest agent, at every boot. */
export const carriers = {
  /** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html, checked 2026-11-27. */
  ec2UserData: { format: 'cloud-config', maxBytes: 16_384 },
  /** `OSProfile.customData` in the specification of Microsoft.Compute (@azure/arm-compute), checked 2026-11-27. */
  azureCustomData: { format: 'cloud-config', maxBytes: 65_535 },
  /** The value of `startup-script`: https://cloud.google.com/compute/docs/reference/rest/v1/Metadata, checked 2026-11-27. */
  gcpStartupScript: { format: 'script', maxBytes: 262_144 },
} as const satisfies Readonly<Record<string, Carrier>>;

export interface StartupTerms extends Carrier {
  readonly site: string;
  /** Where the site's replicas listen. */
  readonly port: number;
}

export type StartupData =
  /** No image is named: the template's own start-up data stands. */
  | { readonly kind: 'none' }
  /** Printable ASCII and line ends, the same for every try of one start; in place of the template's own. */
  | { readonly kind: 'data'; readonly text: string }
  | Refused;

/** Refused: a command, an environment that nothing would take, values that look like secrets, and more than the carrier holds. */
export function startupDataFor(request: StartRequest, terms: StartupTerms): StartupData {
  const { command, container, env, stopGraceMs } = request.launch;
  if (command.length > 0 || (container === undefined && Object.keys(env).length > 0))
    return refused(
      'invalid',
      'CommandNotSupported',
      'machines here start no command: name an image for them to run, or leave command and env out and let their template start the server',
    );
  if (container === undefined) return { kind: 'none' };
  const { deployment, model, slot } = request;
  const values = { port: String(terms.port), model, site: terms.site, replica: `${terms.site}-${deployment}-${slot}` };
  const args = serverArgs(container.image, container.args).map((each) => fill(each, values));
  const filled = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, fill(value, values)]));
  const [unfit] = unfitValues(filled, args);
  if (unfit !== undefined) {
    const own = 'env' in unfit.at ? 0 : unfit.at.arg - (args.length - container.args.length);
    const what = 'env' in unfit.at ? unfit.at.env : own < 0 ? 'the model’s name' : `argument ${own + 1} of the image`;
    return refused('invalid', 'ValueNotFit', `${what} ${unfit.why}: ${unfit.todo}`);
  }
  const files = {
    script: scriptText({ ...container, args, env: filled, port: terms.port, stopGraceMs }),
    unit: unitText({ stopGraceMs }),
  };
  const text = terms.format === 'script' ? bootScript(files) : cloudConfig(files);
  if (text.length > terms.maxBytes)
    return refused(
      'invalid',
      'StartupDataTooLarge',
      `image, args and env of ${deployment} come to ${text.length} bytes of start-up data, and ${terms.site} takes ${terms.maxBytes}: put long values into the image`,
    );
  return { kind: 'data', text };
}

interface Files {
  readonly script: string;
  readonly unit: string;
}

const unitPath = `/etc/systemd/system/${unitName}`;

/** What it writes stays on the disk, so that once in a machine's life is enough. */
function cloudConfig({ script, unit }: Files): string {
  const file = (path: string, content: string): string =>
    `- path: ${path}\n  permissions: '0644'\n  content: |\n${content.replaceAll(/^(?=.)/gm, '    ')}`;
  return `#cloud-config
write_files:
${file(scriptPath, script)}${file(unitPath, unit)}runcmd:
- [systemctl, daemon-reload]
- [systemctl, enable, --now, --no-block, ${unitName}]
`;
}

/** Written anew at every boot, to the same: some disk images forget /etc. */
function bootScript({ script, unit }: Files): string {
  const file = (path: string, content: string): string =>
    `mkdir -p ${path.slice(0, path.lastIndexOf('/'))}\ncat >${path} <<'END-OF-FILE'\n${content}END-OF-FILE\n`;
  return `#!/bin/bash
set -eu
${file(scriptPath, script)}${file(unitPath, unit)}systemctl daemon-reload
systemctl enable --now --no-block ${unitName}
`;
}
