/** A CronJob: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/, Kubernetes 1.31, checked 2026-11-28. */
import { yamlOf } from '../yaml.ts';
import { type ReadyFile, type ScheduledJob, spreadWordsOf, stopMs } from './ready-file.ts';

/** Nobody in particular, and not root. */
const userId = 65_532;

/** Paths are the same inside as here: the configuration from a ConfigMap, the state on a volume. `image`: with godwit on its PATH. */
export function cronJobFile(job: ScheduledJob, image: string): ReadyFile {
  const file = job.configPath.slice(job.configPath.lastIndexOf('/') + 1);
  const head = [
    `# ${job.title}, from \`godwit cron install --kubernetes\`: kubectl apply -f ${job.name}.yaml`,
    `# It needs in its namespace: a ConfigMap "godwit" (kubectl create configmap godwit --from-file=${file}), a ServiceAccount`,
    '# "godwit", and a PersistentVolumeClaim "godwit-state", the same that `godwit run` keeps its state on.',
    ...volumeLines,
    ...credentialLines,
    ...(job.writesTo.length === 0
      ? []
      : [
          `# Its file system is read-only: give it volumes for what its configuration has it write, ${job.writesTo.join(', ')}.`,
        ]),
    '# Exit code 75 says that another run holds the lease: no failure, and tried again until the Job is out of time.',
    '',
  ];
  const text = `${head.join('\n')}${yamlOf(cronJob(job, image, file))}\n`;
  return { name: `${job.name}.yaml`, text };
}

/** A lease is read by the clock and the boot of one machine: `store/sqlite/lease-store.ts`. Modes: KEP-2485, checked 2026-11-28. */
const volumeLines = [
  '# The access mode of the claim: ReadWriteOnce beside a pod of `godwit run`, which this one must then share a node with (add a',
  '# podAffinity to it); ReadWriteOncePod where no other pod uses it, as it keeps every other one waiting. Never ReadWriteMany: the',
  '# lease that keeps two runs apart holds among the processes of one node.',
];

/**
 * Each SDK finds them itself: https://docs.aws.amazon.com/eks/latest/eksctl/iamserviceaccounts.html,
 * https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html,
 * https://keda.sh/docs/latest/authentication-providers/gcp-workload-identity/, 2026-11-28.
 */
const credentialLines = [
  '# Credentials of clouds are not in it. Of the cloud that the cluster is in the ServiceAccount has them by its annotation:',
  '# eks.amazonaws.com/role-arn, iam.gke.io/gcp-service-account, or azure.workload.identity/client-id with the label',
  '# azure.workload.identity/use: "true" on the pod. Of other clouds they are variables from a Secret: add to the container',
  '# envFrom: [{ secretRef: { name: godwit-credentials } }]. `godwit policy print` says what they must allow, and no more.',
];

function cronJob(job: ScheduledJob, image: string, file: string): unknown {
  const labels = { 'app.kubernetes.io/name': 'godwit', 'app.kubernetes.io/component': job.name };
  const { limitMs, jitter } = job;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: job.name, labels },
    spec: {
      schedule: job.fields.text,
      timeZone: job.timezone,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: seconds(job.latestStartMs),
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          ...(limitMs === undefined ? {} : { activeDeadlineSeconds: seconds(limitMs + (jitter?.ms ?? 0)) }),
          podFailurePolicy: {
            rules: [{ action: 'Ignore', onExitCodes: { containerName: 'godwit', operator: 'In', values: [75] } }],
          },
          template: { metadata: { labels }, spec: podSpec(job, image, file) },
        },
      },
    },
  };
}

function podSpec(job: ScheduledJob, image: string, file: string): unknown {
  return {
    restartPolicy: 'Never',
    serviceAccountName: 'godwit',
    automountServiceAccountToken: false,
    // Told to stop, it finishes its step, or undoes what it broke.
    terminationGracePeriodSeconds: seconds(stopMs),
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: userId, runAsGroup: userId, fsGroup: userId },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'godwit',
        image,
        command: ['godwit', ...spreadWordsOf(job).map(literal)],
        securityContext: {
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
        volumeMounts: [
          { name: 'config', mountPath: job.configPath, subPath: file, readOnly: true },
          { name: 'state', mountPath: job.stateDir },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'config', configMap: { name: 'godwit', defaultMode: 0o440 } },
      { name: 'state', persistentVolumeClaim: { claimName: 'godwit-state' } },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}

/** `$(NAME)` would be replaced by a variable; `$$` is a dollar. */
function literal(word: string): string {
  return word.replaceAll('$', '$$$$');
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
