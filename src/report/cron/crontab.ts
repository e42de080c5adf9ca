/** Lines for a crontab: `man 5 crontab`, of Debian's cron and of cronie, checked 2026-11-28. */
import { type ReadyFile, type ScheduledJob, shellLine, spreadWordsOf } from './ready-file.ts';

/** Times are those of the machine: Debian's cron knows no other zone, and says nothing when it is told of one. */
export function crontabFile(job: ScheduledJob): ReadyFile {
  const { node, launcher } = job.program;
  const command = shellLine([node, launcher, ...spreadWordsOf(job)]);
  const lines = [
    `# ${job.title}, from \`godwit cron install --crontab\`: add these lines with  crontab -e`,
    `# The times are those of this machine's clock (${job.timezone}).`,
    '# What is printed is mailed to MAILTO, otherwise to the owner of the crontab; nothing is while all is well and nothing changed.',
    '# MAILTO=oncall@example.com',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    // Cron ends the command at a bare percent sign.
    `${job.fields.text} ${command.replaceAll('%', '\\%')}`,
    '',
  ];
  return { name: `${job.name}.crontab`, text: lines.join('\n') };
}
