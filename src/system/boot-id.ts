/** Names the present boot of this machine: what was true of processes before it is not true after. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const linuxBootId = '/proc/sys/kernel/random/boot_id';

export function readBootId(): string {
  if (existsSync(linuxBootId)) return readFileSync(linuxBootId, 'utf8').trim();
  // macOS: the boot time stands for the boot.
  return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
}
