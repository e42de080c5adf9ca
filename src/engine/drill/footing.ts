/** What stands where: to be the same before a drill and after it. */
import type { Footing } from '../../model/drill-run.ts';
import type { Seen } from '../../model/outcome.ts';
import { createReading } from '../reading.ts';
import type { Rehearsal } from './rehearsal.ts';

/** One list of a site, or one look at the gateway, in milliseconds. */
const readTimeoutMs = 5000;

/** Unknown as soon as one site, or the gateway, is not seen. */
export async function readFooting({ deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>): Promise<Seen<Footing>> {
  const reading = createReading(deps.clock, readTimeoutMs);
  const deployment = deps.config.deployments.find(({ name }) => name === drill.deployment);
  const sites = (deployment?.placements ?? []).flatMap(({ site }) => {
    const provider = deps.providers.get(site);
    return provider === undefined ? [] : [provider];
  });
  const [route, ...lists] = await Promise.all([
    reading(undefined, (call) => deps.traffic.read(drill.deployment, call)),
    ...sites.map((provider) => reading(undefined, (call) => provider.list({ deployment: drill.deployment }, call))),
  ] as const);
  if (route.kind === 'unknown') return route;
  const replicas: Footing['replicas'][number][] = [];
  for (const list of lists) {
    if (list.kind === 'unknown') return list;
    for (const { site, slot, state } of list.value)
      if (state !== 'gone') replicas.push({ site, slot, is: state === 'stopped' ? 'stopped' : 'running' });
  }
  replicas.sort((a, b) => (a.site === b.site ? a.slot - b.slot : a.site < b.site ? -1 : 1));
  return { kind: 'seen', value: { weights: route.value?.weights ?? {}, replicas }, asOfMs: deps.clock.nowMs() };
}

/** By name, in the words of a check; undefined: it is the same. */
export function replicasChanged(before: Footing, after: Footing): string | undefined {
  const words = ({ replicas }: Footing): readonly string[] =>
    replicas.map(({ site, slot, is }) => `${site}/${slot} ${is}`);
  const [were, are] = [words(before), words(after)];
  const gone = were.filter((each) => !are.includes(each)).map((each) => `no longer ${each}`);
  const extra = are.filter((each) => !were.includes(each)).map((each) => `now ${each}`);
  return gone.length + extra.length === 0 ? undefined : [...gone, ...extra].join(', ');
}
