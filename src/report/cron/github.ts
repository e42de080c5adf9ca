/** A workflow: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax, checked 2026-11-28. */
import { yamlOf } from '../yaml.ts';
import { type ReadyFile, type ScheduledJob, shellLine, spreadWordsOf } from './ready-file.ts';

/** On a machine of one's own: the state lies there. Nothing of others is run, and no right of GitHub's token is needed. */
export function workflowFile(job: ScheduledJob): ReadyFile {
  const name = `${job.name}.yml`;
  const head = [
    `# .github/workflows/${name}, from \`godwit cron install --github\`: commit it to the default branch.`,
    '# It runs on a runner of your own, labelled "godwit", on the machine that has this configuration and its state: GitHub’s own',
    '# runners keep nothing from one run to the next. GitHub begins runs late when it is busy, and drops some: every run looks anew.',
    '# Exit code 75 says that another run holds the lease: that is no failure.',
    '',
  ];
  return { name, text: `${head.join('\n')}${yamlOf(workflow(job))}\n` };
}

function workflow(job: ScheduledJob): unknown {
  const { node, launcher } = job.program;
  const command = shellLine([node, launcher, ...spreadWordsOf(job)]);
  const { limitMs, jitter } = job;
  const zone = job.timezone === 'UTC' ? {} : { timezone: job.timezone };
  return {
    name: job.title,
    on: { schedule: [{ cron: job.fields.text, ...zone }], workflow_dispatch: {} },
    permissions: {},
    concurrency: { group: job.name, 'cancel-in-progress': false },
    jobs: {
      run: {
        'runs-on': ['self-hosted', 'godwit'],
        ...(limitMs === undefined ? {} : { 'timeout-minutes': Math.ceil((limitMs + (jitter?.ms ?? 0)) / 60_000) }),
        steps: [
          { name: job.title, shell: 'bash', run: `${command} || { code=$?; [ "$code" -eq 75 ] || exit "$code"; }` },
        ],
      },
    },
  };
}
