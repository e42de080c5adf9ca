/** What the demo breaks: real processes, really killed, or a model server's own fault switches. */
import type { DemoReplica } from './world.ts';

export const demoFaults = ['kill', 'hang', 'errors', 'slow'] as const;
export type DemoFault = (typeof demoFaults)[number];

/** Per kind, what the model server is told. A killed one is told nothing. */
const switches: Readonly<Record<Exclude<DemoFault, 'kill'>, string>> = {
  hang: '{"hang":true}',
  errors: '{"errors":1}',
  slow: '{"firstTokenMs":5000}',
};

/** Breaks every replica given; resolves when all are broken. */
export async function breakReplicas(replicas: readonly DemoReplica[], fault: DemoFault): Promise<void> {
  if (fault !== 'kill') {
    await Promise.all(replicas.map(({ url }) => fetch(`${url}/faults`, { method: 'POST', body: switches[fault] })));
    return;
  }
  const pids = await Promise.all(replicas.map(({ url }) => pidOf(url)));
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

/** Undoes it where it can be undone: the dead stay dead, the controller starts others. */
export async function mendReplicas(replicas: readonly DemoReplica[], fault: DemoFault): Promise<void> {
  if (fault === 'kill') return;
  await Promise.all(replicas.map(({ url }) => fetch(`${url}/faults`, { method: 'DELETE' })));
}

async function pidOf(url: string): Promise<number> {
  const answer: unknown = await (await fetch(`${url}/faults`)).json();
  if (answer !== null && typeof answer === 'object' && 'pid' in answer && typeof answer.pid === 'number')
    return answer.pid;
  throw new Error(`${url} does not say which process it is`);
}
