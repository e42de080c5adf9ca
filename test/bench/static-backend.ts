/** A backend that answers 2 KB faster than any proxy asks: HAProxy returning a file, on the harness's core. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { harnessCore, listens, type Started, start } from './processes.ts';

export const bodyBytes = 2048;

export async function startStaticBackend(dir: string, port: number): Promise<Started> {
  writeFileSync(join(dir, 'answer'), 'x'.repeat(bodyBytes));
  const path = join(dir, 'backend.cfg');
  writeFileSync(
    path,
    `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port}
  option http-buffer-request
  http-request return status 200 content-type application/json file ${join(dir, 'answer')}
`,
  );
  const started = start(harnessCore, 'haproxy', ['-db', '-f', path]);
  await listens(port);
  return started;
}
