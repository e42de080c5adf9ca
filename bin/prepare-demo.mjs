// `npm run demo` on a fresh checkout: installs what the lock file names, once. Runs under any Node from 20 on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const root = new URL('..', import.meta.url);
if (!existsSync(new URL('node_modules/.bin/node', root))) {
  console.error('First run: installing dependencies (npm ci)…');
  // npm's own report goes to stderr: stdout belongs to the demo (`-o json`).
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  process.exit(install.status ?? 1);
}
