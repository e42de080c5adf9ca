/** Replicas that nothing on record accounts for, one line each, and which sites could not be read. */
import type { Orphan, OrphanReport } from '../../model/orphan.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { cut } from './width.ts';

/** Within `style.width`. */
export function orphansText({ orphans, unseen }: OrphanReport, nowMs: number, style: Style): string {
  const missing = unseen.map(({ deployment, site, why }) =>
    cut(`Cannot see ${sanitize(deployment, 20)} at ${sanitize(site, 20)}: ${sanitize(why)}`, style.width),
  );
  if (orphans.length === 0)
    return [...(unseen.length === 0 ? ['No orphans.'] : ['No orphans where it can be seen.']), ...missing].join('\n');
  const lines = table(
    [
      { title: 'REPLICA', align: 'left', maxWidth: 22 },
      { title: 'DEPLOYMENT', align: 'left', maxWidth: 12 },
      { title: 'SITE', align: 'left', maxWidth: 12 },
      { title: 'STATE', align: 'left', maxWidth: 8 },
      { title: 'BILLED', align: 'left', maxWidth: 7 },
      { title: 'AGE', align: 'right', maxWidth: 6 },
      { title: 'WHY', align: 'left', maxWidth: 60 },
    ],
    orphans.map(({ replica, ...orphan }) => [
      sanitize(replica.id, 60),
      sanitize(replica.deployment, 40),
      sanitize(replica.site, 40),
      replica.state,
      replica.billed,
      age(Math.max(0, nowMs - replica.startedAtMs)),
      `${serving(orphan)}${replicaWhy[orphan.why]}`,
    ]),
    style,
  );
  return [...lines, ...missing].join('\n');
}

const replicaWhy: Readonly<Record<Orphan['why'], string>> = {
  'operation-unknown': 'no operation',
  'beyond-placement': 'not placed',
};

function serving({ isServing }: Pick<Orphan, 'isServing'>): string {
  if (isServing === undefined) return 'gateway unseen, ';
  return isServing ? 'SERVING, ' : '';
}
