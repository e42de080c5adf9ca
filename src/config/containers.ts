/** Rules about what a container is given: an image that stays the same, and values that it may be given where others can read. */
import { unfitValues } from '../model/container.ts';
import type { Path, Source } from './document.ts';
import { eachDeployment } from './rule.ts';
import { writeDuration } from './write-duration.ts';

/** A tag that moves makes replicas started later another server than those that run: said, not refused. */
export const imagePinned = eachDeployment(({ source, isSure }, { name, placements }) =>
  placements.flatMap(({ site, launch: { container } }) => {
    if (container === undefined) return [];
    const path = writtenAt(source, name, site, ['image']);
    const [, tag, digest] = /(?::([\w.-]+))?(@sha256:\w+)?$/.exec(container.image) ?? [];
    if (digest !== undefined || (tag !== undefined && tag !== 'latest') || !isSure(path)) return [];
    return [
      source.findingAt(
        path,
        `the image of ${name} means another one as soon as a newer one is published`,
        'name a version, such as :v0.18.0, or the digest',
        'warning',
      ),
    ];
  }),
);

/** What a machine is given can be read by whoever may describe it, so a secret is refused before anything is started. */
export const containerValuesFit = eachDeployment(({ source, isSure }, { name, placements }) =>
  placements.flatMap(({ site, launch: { container, env } }) =>
    container === undefined
      ? []
      : unfitValues(env, container.args).flatMap(({ at, why, todo }) => {
          const part = 'env' in at ? ['env', at.env] : ['args', at.arg];
          const path = writtenAt(source, name, site, part);
          const what = 'env' in at ? at.env : `argument ${at.arg + 1}`;
          return isSure(path) ? [source.findingAt(path, `${what} of ${name} ${why}`, todo)] : [];
        }),
  ),
);

/** vLLM lets running requests finish for that long after it was told to end; whoever ends the container first cuts them. */
export const shutdownWithinGrace = eachDeployment(({ source, isSure }, { name, placements }) =>
  placements.flatMap(({ site, launch: { container, stopGraceMs } }) => {
    const args = container?.args ?? [];
    const at = args.findIndex((arg) => /^--shutdown[-_]timeout(=|$)/.test(arg));
    const [, seconds = args[at + 1]] = /=(.*)$/s.exec(args[at] ?? '') ?? [];
    const path = writtenAt(source, name, site, ['args', at]);
    if (at < 0 || !(Number(seconds) * 1000 > stopGraceMs) || !isSure(path, ['deployments', name, 'stopGrace']))
      return [];
    return [
      source.findingAt(
        path,
        `the server takes up to ${seconds}s to end, and is killed after ${writeDuration(stopGraceMs)}`,
        `write stopGrace: ${writeDuration((Number(seconds) + 5) * 1000)} or more`,
        'warning',
      ),
    ];
  }),
);

/** A site's own value stands before its deployment's; lists are replaced whole. */
function writtenAt(source: Source, deployment: string, site: string, [key = '', ...rest]: Path): Path {
  const own = ['deployments', deployment, 'sites', site];
  const isOwn = source.lineOf(key === 'env' ? [...own, key, ...rest] : [...own, key]) !== undefined;
  return [...(isOwn ? own : ['deployments', deployment]), key, ...rest];
}
