/** Each file reads as it did; that schedulers take them is shown by test/integration/cron-files.test.ts. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { crontabFile } from '../../../src/report/cron/crontab.ts';
import { workflowFile } from '../../../src/report/cron/github.ts';
import { cronJobFile } from '../../../src/report/cron/kubernetes.ts';
import type { ReadyFile, ScheduledJob } from '../../../src/report/cron/ready-file.ts';
import { systemdFiles } from '../../../src/report/cron/systemd.ts';
import { drillJob, jobOf } from './jobs.ts';

const image = 'registry.example.com/godwit:1';

function filesOf(job: ScheduledJob): readonly ReadyFile[] {
  return [...systemdFiles(job), crontabFile(job), cronJobFile(job, image), workflowFile(job)];
}

const all = [jobOf(), drillJob()].flatMap(filesOf);

test.for(all.map((file) => [file.name, file] as const))('%s reads as it did', async ([name, { text }]) => {
  await expect(text).toMatchFileSnapshot(`snapshots/${name}`);
});

const lineOf = (text: string, start: string): string | undefined =>
  text.split('\n').find((line) => line.startsWith(start));

function serviceOf(job: ScheduledJob): string {
  return systemdFiles(job)[0]?.text ?? '';
}

test('a path that means something to systemd means itself', () => {
  const service = serviceOf(jobOf({ configPath: '/srv/50% of $HOME/godwit.yaml', stateDir: '/srv/50% full/state' }));
  expect(lineOf(service, 'ExecStart=')).toMatch(/--config "\/srv\/50%% of \$\$HOME\/godwit.yaml"$/);
  expect(lineOf(service, 'ReadWritePaths=')).toBe('ReadWritePaths="/srv/50%% full/state"');
});

test.for([
  { stateDir: '/var/lib/godwit', line: 'StateDirectory=godwit' },
  { stateDir: '/var/lib/godwit/eu', line: 'StateDirectory=godwit/eu' },
  { stateDir: '/var/lib/my state', line: 'ReadWritePaths="/var/lib/my state"' },
  { stateDir: '/var/lib', line: 'ReadWritePaths=/var/lib' },
  { stateDir: '/srv/godwit', line: 'ReadWritePaths=/srv/godwit' },
])('of all folders it may write to $stateDir alone', ({ stateDir, line }) => {
  const service = serviceOf(jobOf({ stateDir }));
  expect(service.split('\n').filter((each) => /^(?:StateDirectory|ReadWritePaths)=/.test(each))).toEqual([line]);
  expect(service).toContain('ProtectSystem=strict\n');
});

test.for([{ stateDir: '/tmp/state' }, { configPath: '/var/tmp/godwit.yaml' }] as const)(
  'what it needs below /tmp is not hidden from it: %o',
  (over) => {
    expect(serviceOf(jobOf(over))).not.toContain('PrivateTmp');
    expect(serviceOf(jobOf())).toContain('PrivateTmp=yes\n');
  },
);

test('model servers of this machine outlive the service and are not confined', () => {
  const service = serviceOf(jobOf({ startsHere: true }));
  expect(service).toContain('KillMode=process\n');
  expect(service).not.toMatch(/^(?:Protect|Private|Restrict|SystemCall)/m);
});

test('in a crontab no percent sign ends the command', () => {
  const { text } = crontabFile(jobOf({ configPath: "/srv/50% of Ann's/godwit.yaml" }));
  expect(text).toContain(` --config '/srv/50\\% of Ann'\\''s/godwit.yaml'\n`);
});

test('in a cluster no dollar sign names a variable', () => {
  const { text } = cronJobFile(jobOf({ configPath: '/srv/$(HOME)/godwit.yaml' }), image);
  expect(text).toContain('- "/srv/$$(HOME)/godwit.yaml"\n');
  expect(text).toContain('mountPath: "/srv/$(HOME)/godwit.yaml"\n');
});

test('a workflow in another zone than UTC says so', () => {
  expect(parse(workflowFile(jobOf()).text)).toMatchObject({ on: { schedule: [{ cron: '17 * * * *' }] } });
  expect(parse(workflowFile(jobOf({ timezone: 'Europe/Stockholm' })).text)).toMatchObject({
    on: { schedule: [{ cron: '17 * * * *', timezone: 'Europe/Stockholm' }] },
  });
});

test('says who is told of a failure, and what a cluster must have for it: credentials, and a volume of one node', () => {
  expect(serviceOf(jobOf())).toContain('\n# OnFailure=alert@%N.service\n\n[Service]\n');
  const { text } = cronJobFile(jobOf(), image);
  const head = text.slice(0, text.indexOf('apiVersion'));
  const named = [
    'ReadWriteOnce ',
    'ReadWriteOncePod',
    'Never ReadWriteMany',
    'eks.amazonaws.com/role-arn',
    'envFrom: ',
  ];
  for (const each of named) expect(head).toContain(each);
});
