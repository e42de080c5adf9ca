/**
 * A service and its timer. `man systemd.service`, `systemd.unit` (its example of `OnFailure=`), `systemd.timer`, `systemd.exec`:
 * systemd 252, checked 2026-11-28.
 */
import { onCalendar } from './on-calendar.ts';
import { type ReadyFile, type ScheduledJob, stopMs, wordsOf } from './ready-file.ts';

const folder = '/etc/systemd/system';

/** The timer spreads hosts itself. What a unit cannot hold was refused before. */
export function systemdFiles(job: ScheduledJob): readonly ReadyFile[] {
  const file = (ending: string, lines: readonly string[]): ReadyFile => ({
    name: `${job.name}.${ending}`,
    text: [...head(job, `${job.name}.${ending}`), ...lines, ''].join('\n'),
  });
  return [file('service', serviceLines(job)), file('timer', timerLines(job))];
}

function head({ name }: ScheduledJob, file: string): readonly string[] {
  const how = `put both files there, then  systemctl daemon-reload && systemctl enable --now ${name}.timer`;
  return [`# ${folder}/${file}, from \`godwit cron install --systemd\`:`, `# ${how}`, ''];
}

function serviceLines(job: ScheduledJob): readonly string[] {
  const { node, launcher, user } = job.program;
  return [
    '[Unit]',
    `Description=${specifiers(job.title)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '# A run that fails is in the journal and otherwise told to nobody, unless you have a unit for that, alert@.service here:',
    '# OnFailure=alert@%N.service',
    '',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${[node, launcher, ...wordsOf(job)].map(argument).join(' ')}`,
    '# Who owns its state, or else its configuration.',
    `User=${specifiers(user)}`,
    'UMask=0077',
    '# 75: another run holds the lease. That is no failure.',
    'SuccessExitStatus=75',
    ...limitLines(job),
    '# Told to stop, it finishes its step, or undoes what it broke.',
    `TimeoutStopSec=${seconds(stopMs)}`,
    '',
    ...confinement(job),
  ];
}

function limitLines({ limitMs }: ScheduledJob): readonly string[] {
  if (limitMs === undefined)
    return ['# It ends by its own limits, and is never ended in the middle.', 'TimeoutStartSec=infinity'];
  return ['# Its deadline, and time for the step that is under way then.', `TimeoutStartSec=${seconds(limitMs)}`];
}

/** What it never needs. No MemoryDenyWriteExecute: Node compiles while it runs. */
function confinement({
  startsHere,
  hasGuard,
  stateDir,
  writesTo,
  configPath,
  program,
}: ScheduledJob): readonly string[] {
  if (startsHere)
    return [
      '# It starts model servers on this machine: they go on when it ends, and would inherit every confinement.',
      'KillMode=process',
      'NoNewPrivileges=yes',
    ];
  // A folder of its own in the place of /tmp would hide what it needs there.
  const needed = [stateDir, ...writesTo, configPath, program.node, program.launcher];
  const isTmpFree = !needed.some((path) => /^\/(?:var\/)?tmp\//.test(path));
  return [
    ...(hasGuard ? ['# What undoes a drill whose own process died must outlive it.', 'KillMode=process'] : []),
    ...stateLines(stateDir),
    ...(writesTo.length === 0
      ? []
      : ['# What its configuration has it write. One that is not there costs no run: that is warned of.']),
    ...writesTo.map((folder) => `ReadWritePaths=${quoted(`-${folder}`)}`),
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    ...(isTmpFree ? ['PrivateTmp=yes'] : []),
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
  ];
}

/** systemd makes a folder below /var/lib and gives it to the user; any other has to be there. */
function stateLines(stateDir: string): readonly string[] {
  const [, below] = /^\/var\/lib\/([^/]+(?:\/[^/]+)*)$/.exec(stateDir) ?? [];
  if (below !== undefined && !/[\s:]/.test(below))
    return [`StateDirectory=${specifiers(below)}`, 'StateDirectoryMode=0700'];
  return ['# Its state: the folder must be there.', `ReadWritePaths=${quoted(stateDir)}`];
}

function timerLines(job: ScheduledJob): readonly string[] {
  const spread =
    job.jitter === undefined ? [] : [`RandomizedDelaySec=${seconds(job.jitter.ms)}`, 'FixedRandomDelay=yes'];
  return [
    '[Unit]',
    `Description=When to run: ${specifiers(job.title)}`,
    '',
    '[Timer]',
    `# ${job.fields.text}`,
    ...(job.timezone === 'UTC'
      ? []
      : ['# On the days when clocks change: a time that is skipped is left out, one that comes twice is taken once.']),
    ...onCalendar(job.fields, job.timezone).map((when) => `OnCalendar=${when}`),
    'AccuracySec=1s',
    ...spread,
    '# No Persistent=: what a machine that was off has missed is not made up for after its boot.',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ];
}

/** `%` and `$` mean something in a command line. */
function argument(word: string): string {
  const plain = specifiers(word).replaceAll('$', '$$$$');
  return /^[\w./:@+=,%$-]+$/.test(plain) ? plain : `"${plain}"`;
}

function quoted(path: string): string {
  const plain = specifiers(path);
  return /\s/.test(plain) ? `"${plain}"` : plain;
}

function specifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
