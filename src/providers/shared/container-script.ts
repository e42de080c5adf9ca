/** The script that keeps one container running on its machine, and the systemd unit that runs the script at every boot. */
import { createHash } from 'node:crypto';
import type { ContainerSpec } from '../../model/container.ts';
import { quoteForBash } from './shell-quote.ts';

export interface ContainerTerms extends ContainerSpec {
  /** Filled in, as `args` are. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it listens, inside and outside. */
  readonly port: number;
  readonly stopGraceMs: number;
}

/** Where the disk keeps it over boots. */
export const scriptPath = '/var/lib/godwit/model-server.sh';
/** Its output is in the journal under this name. */
export const unitName = 'godwit-model-server.service';

/** A start is to come through by itself once what it lacks is there: a network, a registry, a driver. */
export function unitText({ stopGraceMs }: Pick<ContainerTerms, 'stopGraceMs'>): string {
  return `[Unit]
Description=Model server
Wants=network-online.target
After=network-online.target docker.service
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/bash ${scriptPath} run
ExecStop=-/bin/bash ${scriptPath} stop
Restart=always
RestartSec=5
TimeoutStopSec=${secondsOf(stopGraceMs) + 15}

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The container is made once and started again at every boot, so that the weights it fetched are still there when a stopped
 * machine comes back; one of other settings (from the disk image of another replica) is replaced. Its output goes to the
 * journal, which has limits of its own, and to no second log.
 */
export function scriptText(terms: ContainerTerms): string {
  const digest = createHash('sha256').update(JSON.stringify(terms)).digest('hex').slice(0, 16);
  const lines = [
    `--name "$name" --label "godwit.settings=$settings" --pull missing --log-driver none`,
    `--stop-timeout ${secondsOf(terms.stopGraceMs)} --publish ${terms.port}:${terms.port}`,
    // Several processes of one model share its tensors through memory.
    ['--ipc host', ...gpuWords[terms.gpu]].join(' '),
    ...Object.entries(terms.env).map(([key, value]) => `--env ${quoteForBash(`${key}=${value}`)}`),
    ...[withRegistry(terms.image), ...terms.args].map(quoteForBash),
  ];
  return `#!/bin/bash
# Runs the model server of this machine in a container: made once, started again at every boot. Holds no secret.
set -u
name=godwit-model-server
settings=${digest}
runtime=
for each in docker podman; do
  if command -v "$each" >/dev/null; then runtime=$each; break; fi
done
if [ -z "$runtime" ]; then
  echo 'neither docker nor podman is here: make machines from a disk image that has one of them' >&2
  exit 1
fi
if [ "\${1:-}" = stop ]; then exec "$runtime" stop "$name"; fi
nvidia=(--gpus all)
if [ "$runtime" = podman ]; then nvidia=(--device nvidia.com/gpu=all); fi
made=$("$runtime" container inspect --format '{{index .Config.Labels "godwit.settings"}}' "$name" 2>/dev/null)
if [ "$made" != "$settings" ]; then
  "$runtime" rm --force "$name" >/dev/null 2>&1
  "$runtime" create \\
${lines.map((line) => `    ${line}`).join(' \\\n')} || exit
fi
exec "$runtime" start --attach "$name"
`;
}

/**
 * NVIDIA: https://docs.vllm.ai/en/stable/deployment/docker/ (docker's option, podman's device). AMD:
 * https://rocm.docs.amd.com/projects/install-on-linux/en/latest/how-to/docker.html. Both checked 2026-11-27.
 */
const gpuWords: Readonly<Record<ContainerSpec['gpu'], readonly string[]>> = {
  nvidia: ['"${nvidia[@]}"'],
  amd: ['--device /dev/kfd --device /dev/dri --group-add video --security-opt seccomp=unconfined'],
  none: [],
};

/** Podman knows no registry of its own; docker's is this one. */
function withRegistry(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}

function secondsOf(ms: number): number {
  return Math.ceil(ms / 1000);
}
